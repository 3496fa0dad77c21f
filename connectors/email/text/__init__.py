"""How Huike reads the text of a mail: what the writer wrote now, and its HTML made safe."""

from connectors.email.text.plain import html_to_text
from connectors.email.text.reading import Texts, read_text
from connectors.email.text.reply import Part, Reply, split_reply
from connectors.email.text.sanitize import clean_html, count_remote_images

__all__ = ["Part", "Reply", "Texts", "clean_html", "count_remote_images", "html_to_text", "read_text", "split_reply"]

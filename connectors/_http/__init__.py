"""HTTP to providers and to addresses in messages: bounded in time and size, honest about what became of a request."""

from connectors._http.addresses import is_public
from connectors._http.fetching import Fetcher
from connectors._http.sending import TOTAL_S, Answer, Poster, refuse_unless_taken, retry_after

__all__ = ["TOTAL_S", "Answer", "Fetcher", "Poster", "is_public", "refuse_unless_taken", "retry_after"]

"""A model server that speaks the chat completions of OpenAI's interface, as most servers of language models do."""

from bots.model_server.client import ChatServer

__all__ = ["ChatServer"]

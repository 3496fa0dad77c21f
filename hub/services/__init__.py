"""The services: what the product does. Each is made once in `hub.app` and passed down."""

from hub.services.bundle import Services

__all__ = ["Services"]

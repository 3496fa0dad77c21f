"""The hub: sessions, journal, desk and interfaces of Huike."""

__version__ = "0.1.0"

"""The pure model: what Huike is about. No I/O, no clock, no randomness, no logging in this package."""

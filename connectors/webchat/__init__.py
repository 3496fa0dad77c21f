"""The web chat: visitors connect to the hub themselves, so no provider stands between."""

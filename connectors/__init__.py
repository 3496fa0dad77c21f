"""Connectors: one folder for each provider whose protocol Huike speaks; they know nothing of the hub but its ports."""

"""Buses: how commits, signals and work travel between the parts of one process, or of many."""

"""Scripts that set up a checkout. They run before anything is installed: standard library only."""

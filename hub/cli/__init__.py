"""The command `huike`: reads arguments and settings, runs what was asked for, and says plainly what is wrong.

Each command has a module of its own, imported when it is asked for, so that none waits for what it does not use.
"""

from hub.cli.main import main

__all__ = ["main"]

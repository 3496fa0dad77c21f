"""Where the built front end lies.

The sources beside this file are Vue and TypeScript; Python needs only the result. This module must not build anything
and must not fail when nothing is built: the hub then says so on its pages.
"""

from pathlib import Path
from typing import Final

__all__ = ["DIST"]

DIST: Final = Path(__file__).resolve().parent / "dist"

"""Lets `python -m hub.cli` be the command `huike`."""

import sys

from hub.cli.main import main

sys.exit(main())

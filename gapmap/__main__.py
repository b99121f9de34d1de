"""Run the command line with ``python -m gapmap``."""

from __future__ import annotations

import sys

from gapmap.cli import main

if __name__ == "__main__":
    sys.exit(main())

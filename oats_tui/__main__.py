"""``python -m oats_tui``."""

import sys

from oats_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())

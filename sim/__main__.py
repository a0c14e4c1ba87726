"""``python -m sim``: the command line."""

import sys

from sim.ui.cli import main

sys.exit(main())

"""Build with Hatchling; refuse a Python that is too old before pip looks for anything else.

A pip older than 24 looks at `requires-python` of a source tree last. It would first look for all
that the program needs, and complain about the first package that has no version for an old Python.
"""

import sys

NEEDED = (3, 12)

if sys.version_info < NEEDED:
    needed = ".".join(map(str, NEEDED))
    sys.exit(
        f"entente-sim needs Python {needed} or newer; this is Python {sys.version.split()[0]}. "
        f"With a newer one: python{needed} -m venv .venv && source .venv/bin/activate"
    )

from hatchling.build import *  # noqa: E402, F403  # a backend is this module; the version first

"""Print constraints for pip: the lowest version of each package that a pyproject.toml allows.

    python3 .ci/lowest.py pyproject.toml > lowest.txt

Of the dependencies and of all extras but those for tests and notebooks.
"""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"]
for needed in (*project["dependencies"], *extras["calibration"], *extras["dask"]):
    found = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?>=([\d.]+)", needed)
    if found is None:
        sys.exit(f"{needed}: has no lowest version, as in name>=1.2")
    print("==".join(found.groups()))

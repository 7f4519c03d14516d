"""Tests of the pages. The served folder is no package; it is put where its modules find each other, as its plugins do."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "datasette"))

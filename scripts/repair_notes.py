"""Repair text that was decoded with the wrong codec once: shows what would change, or rewrites the file."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hooks"))

from notesite.cli.common import end, guarded
from notesite.cli.repair_notes import main

if __name__ == "__main__":
    end(guarded(main))

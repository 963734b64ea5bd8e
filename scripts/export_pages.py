"""Write the pages, pictures and a plain mkdocs.yml as ordinary files that any generator of sites builds."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hooks"))

from notesite.cli.common import end, guarded
from notesite.cli.export_pages import main

if __name__ == "__main__":
    end(guarded(main))

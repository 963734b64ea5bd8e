"""Make a site project of its own from any notes file: copies the machinery, the notes and their local pictures."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hooks"))

from notesite.cli.common import end, guarded
from notesite.cli.new_site import main

if __name__ == "__main__":
    end(guarded(main))

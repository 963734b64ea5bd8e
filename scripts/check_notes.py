"""Check the notes file itself: encoding, contents list, headings, links inside the file.  Builds nothing."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hooks"))

from notesite.cli.check import check_notes as main
from notesite.cli.common import end, guarded

if __name__ == "__main__":
    end(guarded(main))

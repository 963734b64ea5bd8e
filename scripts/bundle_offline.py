"""Build the offline copy of the site: a zip for a folder, one HTML file, a page to print, a PDF, an e-book."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hooks"))

from notesite.cli.bundle_offline import main
from notesite.cli.common import end, guarded

if __name__ == "__main__":
    end(guarded(main))

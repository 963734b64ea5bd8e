"""Check the links of a built site, and on request those that lead to other sites."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hooks"))

from notesite.cli.check_links import main
from notesite.cli.common import end, guarded

if __name__ == "__main__":
    end(guarded(main))

"""Check every code block of the notes: YAML, Kubernetes manifests and fragments, commands.  Builds nothing."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hooks"))

from notesite.cli.check import check_snippets as main
from notesite.cli.common import end, guarded

if __name__ == "__main__":
    end(guarded(main))

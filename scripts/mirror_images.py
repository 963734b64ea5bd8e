"""Mirror the remote images of the notes into the project, and lock every byte of them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "hooks"))

from notesite.cli.common import end, guarded
from notesite.cli.mirror_images import main

if __name__ == "__main__":
    end(guarded(main))

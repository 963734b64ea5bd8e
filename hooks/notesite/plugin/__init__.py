"""The rim towards MkDocs: the one room that imports it, or logs."""

from __future__ import annotations

import atexit
import gc
import sys

# A build makes many objects that stay until its end: looking through them again and again is a tenth of its time, and
# looking through them once more when Python ends, although nothing comes after that, a fifth.
gc.set_threshold(100_000, 50)
# Where a diagram was drawn it is done: a library below mmdr lists on the terminal what was not freed.
atexit.register(lambda: None if "mmdr" in sys.modules else gc.freeze())

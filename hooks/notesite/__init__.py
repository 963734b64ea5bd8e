"""The core: one Markdown notes file in, pages and findings out.

Pure values and functions.  Nothing here knows MkDocs, prints, or logs; only `disk` touches files and
only `net` opens sockets.  ARCHITECTURE.md draws the layers, `tests/test_architecture.py` guards them.
"""

VERSION = "1.1.0"

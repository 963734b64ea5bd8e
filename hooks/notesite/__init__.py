"""The core: one Markdown notes file in, pages and findings out.

Pure values and functions.  Which rooms touch files, open sockets, print or know MkDocs is said in ARCHITECTURE.md, and
`tests/test_architecture.py` guards it.
"""

VERSION = "1.1.0"

"""`python -m notesite.cli check_notes …`: the scripts by name."""

from __future__ import annotations

import sys
from importlib import import_module

from .common import end, guarded

if __name__ == "__main__":
    end(guarded(import_module(f"notesite.cli.{sys.argv[1]}").main, sys.argv[2:]))

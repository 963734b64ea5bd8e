"""Memory that the C library keeps although it is free."""

from __future__ import annotations

import contextlib


def give_back() -> None:
    """Let the system have it: of many small pieces between others, as of a large text's tree, glibc keeps even free ones."""
    import ctypes  # noqa: PLC0415  # small texts do without

    with contextlib.suppress(OSError, AttributeError, TypeError):  # another library, another system
        ctypes.CDLL(None).malloc_trim(0)

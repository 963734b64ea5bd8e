"""Memory that the C library keeps although it is free."""

from __future__ import annotations

import contextlib

_MUCH = 2**19


def give_back(used: int) -> None:
    """Let the system have it after so many bytes were worked on: of many pieces between others glibc keeps even free ones."""
    if used < _MUCH:
        return
    import ctypes  # noqa: PLC0415  # small texts do without

    with contextlib.suppress(OSError, AttributeError, TypeError):  # another library, another system
        ctypes.CDLL(None).malloc_trim(0)

"""Keeping: a file beside the study is there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name, then rename it.

    Whoever reads at the same time finds the old one or the new one, whole. What a killed run leaves
    ends in ``.part``.

    Raises
    ------
    OSError
        The file cannot be written; nothing is left behind.
    """
    handle, part = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    try:
        with open(handle, "wb") as stream:  # noqa: PTH123 - a handle has no path
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(part).unlink(missing_ok=True)
        raise

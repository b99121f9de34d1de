"""Keeping: a file beside the study is there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from gapmap.temporary import abandoned, hold, release, remove

__all__ = ["remove_halves", "write_whole"]

_HALF = ".part"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name, then rename it.

    Whoever reads at the same time finds the old one or the new one, whole. What a killed run leaves
    ends in ``.part``; :func:`remove_halves` removes it.

    Raises
    ------
    OSError
        The file cannot be written; nothing is left behind.
    """
    handle, part = tempfile.mkstemp(prefix=path.name, suffix=_HALF, dir=path.parent)
    lock = None
    try:
        with contextlib.suppress(BlockingIOError):  # another run looks whether we live
            lock = hold(Path(part))
        with open(handle, "wb") as stream:  # noqa: PTH123 - a handle has no path
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(part).unlink(missing_ok=True)
        raise
    finally:
        release(lock)


def remove_halves(folder: Path, *, start: str) -> None:
    """Remove what processes left that were killed while they wrote files so named to ``folder``."""
    for part in folder.glob(f"{start}*{_HALF}"):
        with abandoned(part) as left:
            if left:
                remove(part)

"""Exchange: what stands under a name is the old content or the new, never a mixture.

New content is written to ``.NAME.tmp-PID-...`` beside the target, flushed to the disk, and only
then takes the target's name (see :mod:`gapmap.temporary`). Of folders:

- Linux: one ``renameat2(RENAME_EXCHANGE)``. There is no moment without a whole folder.
- Where that is missing (macOS, Windows, some network file systems): the old folder is renamed
  to ``.NAME.old-PID-...``, the new one takes its name. A process that is killed between these two
  renames leaves no folder of that name; :func:`recover`, which every run begins with, gives the
  old one its name back.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from gapmap.errors import OutputError
from gapmap.temporary import (
    abandoned,
    beside,
    changed_at,
    flush,
    hold,
    make_beside,
    near,
    release,
    remove,
    sweep,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["cannot_write", "new_file", "new_folder", "recover"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM, errno.EXDEV}
"""What ``renameat2`` answers where the system or the file system has no exchange."""


@contextmanager
def new_folder(
    target: Path, *, complete: Callable[[Path], bool], exchange: bool | None = None
) -> Iterator[Path]:
    """Give an empty folder to write to; it takes ``target``'s place when the block ends well.

    Parameters
    ----------
    target
        The folder to replace or to make, resolved.
    complete
        Says of a folder that was set aside whether it is whole (see :func:`recover`).
    exchange
        Whether to use the system's exchange; None: where there is one.

    Raises
    ------
    OutputError
        When the folder cannot be written or exchanged.
    """
    recover(target, complete=complete)
    with _made(target, folder=True) as fresh:
        yield fresh
        flush(fresh)
        _put_in_place(fresh, target, exchange=exchange)


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Give an empty file to write to; it takes ``target``'s place when the block ends well.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    sweep(target)
    with _made(target, folder=False) as fresh:
        yield fresh
        flush(fresh)
        fresh.replace(target)
        _flush_names(target)


@contextmanager
def _made(target: Path, *, folder: bool) -> Iterator[Path]:
    """Give what :func:`gapmap.temporary.make_beside` makes, and leave nothing of it behind."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh, lock = make_beside(target, "tmp", folder=folder)
    except OSError as error:
        raise cannot_write(target, error) from error
    try:
        yield fresh
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        remove(fresh)
        release(lock)


def recover(target: Path, *, complete: Callable[[Path], bool]) -> None:
    """Bring back a folder that a killed run had set aside, and remove what such runs left.

    Parameters
    ----------
    target
        The folder whose neighbours are looked at; only names that gapmap gives are touched.
    complete
        Says of a folder that was set aside whether it is whole.

    Raises
    ------
    OutputError
        When a folder that was set aside cannot have its name back.
    """
    for folder in sorted(near(target, "old"), key=changed_at, reverse=True):
        with abandoned(folder) as left:
            if left and not target.exists() and complete(folder):
                _bring_back(folder, target)
            elif left:
                remove(folder)
    sweep(target)


def _bring_back(folder: Path, target: Path) -> None:
    try:
        folder.rename(target)
    except OSError as error:
        raise cannot_write(target, error) from error


def _flush_names(target: Path) -> None:
    """Try to have the new name on the disk; whatever it stands for is there, and whole."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _put_in_place(fresh: Path, target: Path, *, exchange: bool | None) -> None:
    if not target.exists():
        fresh.rename(target)
    elif exchange is False or not _exchange(fresh, target):
        _set_aside(fresh, target)
    _flush_names(target)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    if rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _set_aside(fresh: Path, target: Path) -> None:
    """Exchange in two steps; :func:`recover` mends what a kill between them leaves."""
    aside = beside(target, "old")
    lock = None
    with suppress(BlockingIOError):
        lock = hold(target)
    try:
        target.rename(aside)
        try:
            fresh.rename(target)
        except OSError:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    finally:
        release(lock)


def cannot_write(target: Path, error: Exception) -> OutputError:
    """Say that something cannot be written, and why."""
    why = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
    why = " ".join(why.split())[:200]
    return OutputError(
        f"{target}: cannot be written ({why}); choose another folder with -o, "
        "or make room and allow writing there",
        f"{target}:无法写入({why});请用 -o 另选目录,或检查磁盘空间和写权限",
    )

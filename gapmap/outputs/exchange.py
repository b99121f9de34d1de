"""Folder exchange: what stands under a name is the old content or the new, never a mixture.

New content is written to ``.NAME.tmp-PID-...`` beside the folder, flushed to the disk, and only
then exchanged for the folder of that name:

- Linux: one ``renameat2(RENAME_EXCHANGE)``. There is no moment without a whole folder.
- Where that is missing (macOS, Windows, some network file systems): the old folder is renamed
  to ``.NAME.old-PID-...``, the new one takes its name. A process that is killed between these two
  renames leaves no folder of that name; :func:`recover`, which every run begins with, gives the
  old one its name back.

Temporary folders of dead processes are removed by the next run. A process holds a lock
(``flock``) on its folder, so that two runs at the same time leave each other alone; without
``flock`` a folder counts as left behind when it is a day old.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gapmap.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["new_file", "new_folder", "recover"]

_DAY_SECONDS = 86_400
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
        The folder to replace or to make, resolved; its parent must exist.
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
    fresh, lock = _make_beside(target, "tmp")
    try:
        yield fresh
        _flush(fresh)
        _put_in_place(fresh, target, exchange=exchange)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        _unlock(lock)


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Give a path to write to; the file takes ``target``'s place when the block ends well.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    fresh = _beside(target, "tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in _near(target, "tmp"):
            if left.is_file() and time.time() - _changed_at(left) > _DAY_SECONDS:
                left.unlink()
        yield fresh
        _flush_one(fresh)
        fresh.replace(target)
        _flush_one(target.parent)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def recover(target: Path, *, complete: Callable[[Path], bool]) -> None:
    """Bring back a folder that a killed run had set aside, and remove what such runs left.

    Parameters
    ----------
    target
        The folder whose neighbours are looked at; only names that this module gives are touched.
    complete
        Says of a folder that was set aside whether it is whole.
    """
    for folder in sorted(_near(target, "old"), key=_changed_at, reverse=True):
        with _claim(folder) as mine:
            if mine and not target.exists() and complete(folder):
                folder.rename(target)
            elif mine:
                shutil.rmtree(folder, ignore_errors=True)
    for folder in _near(target, "tmp"):
        with _claim(folder) as mine:
            if mine:
                shutil.rmtree(folder, ignore_errors=True)


def _make_beside(target: Path, kind: str) -> tuple[Path, int | None]:
    """Make a folder beside ``target`` and lock it."""
    while True:
        made = _beside(target, kind)
        try:
            made.mkdir(parents=True)
        except OSError as error:
            raise _cannot_write(target, error) from error
        # Between making and locking, another run may have taken it for left behind.
        with suppress(BlockingIOError):
            lock = _lock(made)
            if lock is None or _is(made, lock):
                return made, lock
            os.close(lock)


def _is(folder: Path, descriptor: int) -> bool:
    with suppress(OSError):
        return os.path.samestat(folder.stat(), os.fstat(descriptor))
    return False


def _beside(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.{kind}-{os.getpid()}-{secrets.token_hex(4)}")


def _near(target: Path, kind: str) -> list[Path]:
    """List the folders of that kind that runs have made beside ``target``."""
    start = f".{target.name}.{kind}-"
    try:
        return sorted(path for path in target.parent.iterdir() if path.name.startswith(start))
    except OSError:
        return []


def _changed_at(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return time.time()


@contextmanager
def _claim(folder: Path) -> Iterator[bool]:
    """Say whether the folder's process is gone, and keep others away from it meanwhile."""
    try:
        lock = _lock(folder)
    except BlockingIOError:
        yield False
        return
    try:
        yield lock is not None or time.time() - _changed_at(folder) > _DAY_SECONDS
    finally:
        _unlock(lock)


if sys.platform == "win32":

    def _lock(folder: Path) -> int | None:  # noqa: ARG001 - there is no flock here
        return None

else:
    import fcntl

    def _lock(folder: Path) -> int | None:
        """Lock a folder while this process lives; None where locks do not work.

        Raises
        ------
        BlockingIOError
            When another process holds the lock.
        """
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                raise
            return None
        return descriptor


def _unlock(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _flush(folder: Path) -> None:
    """Have every file and folder on the disk before anything is renamed."""
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            _flush_one(Path(place, name))
        _flush_one(Path(place))


def _flush_one(path: Path) -> None:
    if path.is_symlink() or (sys.platform == "win32" and path.is_dir()):
        return
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_in_place(fresh: Path, target: Path, *, exchange: bool | None) -> None:
    if not target.exists():
        fresh.rename(target)
    elif exchange is False or not _exchange(fresh, target):
        _set_aside(fresh, target)
    _flush_one(target.parent)


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
    aside = _beside(target, "old")
    lock = None
    with suppress(BlockingIOError):
        lock = _lock(target)
    try:
        target.rename(aside)
        try:
            fresh.rename(target)
        except OSError:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    finally:
        _unlock(lock)


def _cannot_write(target: Path, error: OSError) -> OutputError:
    why = error.strerror or str(error)
    return OutputError(
        f"{target}: cannot be written ({why}); choose another folder with -o, "
        "or make room and allow writing there",
        f"{target}:无法写入({why});请用 -o 另选目录,或检查磁盘空间和写权限",
    )

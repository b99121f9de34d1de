"""Temporary files and folders: beside what they will become, held while their process lives.

A temporary name is ``.NAME.KIND-PID-...``. The process holds a lock (``flock``) on what it made,
which the system lets go when the process ends, however it ends. So what is not held was left behind
by a process that is gone, and is removed by the next one. Without ``flock`` (Windows, some network
file systems) it counts as left behind when it is a day old.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "DAY_SECONDS",
    "abandoned",
    "beside",
    "changed_at",
    "flush",
    "hold",
    "is_held",
    "make_beside",
    "near",
    "probe",
    "release",
    "remove",
    "sweep",
]

DAY_SECONDS = 86_400
_PROBE = b"gapmap tries whether there is room\n" * 2_000
"""70 kB: more than a file system keeps beside a file's name."""


def beside(target: Path, kind: str) -> Path:
    """Give a free name beside ``target``."""
    return target.with_name(f".{target.name}.{kind}-{os.getpid()}-{secrets.token_hex(4)}")


def near(target: Path, kind: str) -> list[Path]:
    """List what stands beside ``target`` under names of that kind."""
    start = f".{target.name}.{kind}-"
    try:
        return sorted(path for path in target.parent.iterdir() if path.name.startswith(start))
    except OSError:
        return []


def make_beside(target: Path, kind: str, *, folder: bool) -> tuple[Path, int | None]:
    """Make an empty file or folder beside ``target`` and hold it; give the lock for `release`.

    Raises
    ------
    OSError
        It cannot be made.
    """
    while True:
        made = beside(target, kind)
        if folder:
            made.mkdir(parents=True)
        else:
            made.touch(exist_ok=False)
        # Between making and holding, another process may have taken it for left behind.
        with suppress(BlockingIOError):
            lock = hold(made)
            if lock is None or is_held(made, lock):
                return made, lock
            release(lock)


def probe(target: Path) -> None:
    """Write a file where temporary ones will stand, have it on the disk, and remove it.

    The system's word on rights is not enough: it lies to administrators, on disks that are mounted
    read-only, and where a quota is used up.

    Raises
    ------
    OSError
        Nothing can be written there.
    """
    made, lock = make_beside(target, "tmp", folder=False)
    try:
        made.write_bytes(_PROBE)
        flush(made)
    finally:
        remove(made)
        release(lock)


def sweep(target: Path) -> None:
    """Remove the temporary files and folders that dead processes left beside ``target``."""
    for path in near(target, "tmp"):
        with abandoned(path) as left:
            if left:
                remove(path)


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder, as far as that is possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


@contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Say whether the process that made a file or folder is gone; keep others off it meanwhile."""
    try:
        lock = hold(path)
    except BlockingIOError:
        yield False
        return
    try:
        yield lock is not None or time.time() - changed_at(path) > DAY_SECONDS
    finally:
        release(lock)


def changed_at(path: Path) -> float:
    """Give the time of the last change in seconds; now, where the path is gone."""
    with suppress(OSError):
        return path.lstat().st_mtime
    return time.time()


def is_held(path: Path, lock: int) -> bool:
    """Say whether what now stands at ``path`` is what ``lock`` holds."""
    with suppress(OSError):
        return os.path.samestat(path.stat(), os.fstat(lock))
    return False


if sys.platform == "win32":

    def hold(path: Path) -> int | None:  # noqa: ARG001 - there is no flock here
        """Give None: Windows has no ``flock``."""
        return None

else:
    import fcntl

    def hold(path: Path) -> int | None:
        """Lock a file or folder while this process lives; None where locks do not work.

        Raises
        ------
        BlockingIOError
            When another process holds it.
        """
        try:
            # A pipe is opened without waiting for whoever writes to it.
            lock = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            if isinstance(error, BlockingIOError):
                raise
            return None
        return lock


def release(lock: int | None) -> None:
    """Let go what :func:`hold` gave."""
    if lock is not None:
        os.close(lock)


def flush(path: Path) -> None:
    """Have a file, or a folder with all that is in it, on the disk.

    Raises
    ------
    OSError
        The disk does not take it.
    """
    if path.is_dir() and not path.is_symlink():
        for place, _, files in os.walk(path, topdown=False):
            for name in files:
                _flush_one(Path(place, name))
            _flush_one(Path(place))
    else:
        _flush_one(path)


def _flush_one(path: Path) -> None:
    """Flush a file or folder; links, pipes and what we may not read hold nothing of ours."""
    kind = path.lstat().st_mode
    if not (stat.S_ISREG(kind) or (stat.S_ISDIR(kind) and sys.platform != "win32")):
        return
    with suppress(PermissionError):
        descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

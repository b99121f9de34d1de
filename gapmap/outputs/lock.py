"""One run at a time in one folder: a lock file with process and host, beside the folder.

``.NAME.lock`` holds JSON: ``pid``, ``host``, ``started``. The process also holds it by ``flock``,
which ends with the process, however it ends; so the lock of a run that was killed is taken over.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapmap.errors import OutputError
from gapmap.temporary import DAY_SECONDS, changed_at, hold, is_held, release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["locked"]

_TRIES = 100
_PAUSE_SECONDS = 0.01
_MINUTE_SECONDS = 60


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Keep other runs away from ``target`` while the block runs.

    A lock is taken over where its process is gone, as far as that can be told: on this host by
    ``flock`` or by the process's number; of another host when it is a day old.

    Parameters
    ----------
    target
        The folder, resolved; the folder that it stands in exists.

    Raises
    ------
    OutputError
        Another run writes there; it is named, and what to do.
    OSError
        The lock cannot be written.
    """
    path = target.with_name(f".{target.name}.lock")
    lock = _take(path, target)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        release(lock)


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whom a lock file names; nobody where it cannot be read."""

    pid: int = 0
    host: str = ""
    started: str = ""


def _take(path: Path, target: Path) -> int | None:
    """Make the lock file, or take it over, and give what holds it."""
    for _ in range(_TRIES):
        descriptor, is_new = _open(path)
        os.close(descriptor)
        try:
            lock = hold(path)
        except BlockingIOError:
            owner = _owner(path)
            if owner.pid:
                raise _in_use(target, path, owner) from None
            time.sleep(_PAUSE_SECONDS)  # its owner is about to write its name, or to remove it
            continue
        if lock is not None and not is_held(path, lock):
            release(lock)  # removed by its owner between our opening and our holding it
            continue
        owner = _owner(path)
        if not is_new and _lives(owner, path, flocked=lock is not None):
            release(lock)
            raise _in_use(target, path, owner)
        try:
            path.write_text(_told(), "utf8")
        except OSError:
            path.unlink(missing_ok=True)
            release(lock)
            raise
        return lock
    raise _in_use(target, path, _owner(path))


def _open(path: Path) -> tuple[int, bool]:
    """Open the lock file, a new one where there is none, and say whether it is new."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644), True
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644), False


def _told() -> str:
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": started}) + "\n"


def _owner(path: Path) -> _Owner:
    try:
        told = json.loads(path.read_text("utf8"))
        return _Owner(int(told["pid"]), str(told["host"])[:200], str(told["started"])[:40])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return _Owner()


def _lives(owner: _Owner, path: Path, *, flocked: bool) -> bool:
    """Say whether the owner of a lock may be alive; ``flocked``: nobody here holds the file."""
    age_seconds = time.time() - changed_at(path)
    if not owner.pid:  # just made and not yet written, or damaged
        return not flocked and age_seconds < _MINUTE_SECONDS
    if owner.host != socket.gethostname() or (not flocked and sys.platform == "win32"):
        return age_seconds < DAY_SECONDS
    return not flocked and _is_process(owner.pid)


def _is_process(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # of another user
    return True


def _in_use(target: Path, path: Path, owner: _Owner) -> OutputError:
    here = owner.host in {"", socket.gethostname()}
    who = f"process {owner.pid or '?'} on {owner.host or '?'}, started {owner.started or '?'}"
    whose = f"主机 {owner.host or '?'} 上的进程 {owner.pid or '?'},开始于 {owner.started or '?'}"
    advice = "wait for it or stop it, or choose another folder with -o"
    told = "请等它结束或将其停止,或用 -o 另选目录"
    if not here:
        advice += f"; if that run is gone, remove the file {path}"
        told += f";如果那次运行已不存在,请删除文件 {path}"
    return OutputError(
        f"{target}: another run is writing there ({who}); {advice}",
        f"{target}:另一次运行正在写入({whose});{told}",
    )

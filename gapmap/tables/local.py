"""Which paths gapmap opens: plain files on a local disk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gapmap.findings import fail, finding

if TYPE_CHECKING:
    from pathlib import Path

    from gapmap.errors import InputError

__all__ = ["refuse_odd", "refuse_remote", "refuse_virtual"]

_ADDRESS: Final = re.compile(
    r"[a-z][a-z0-9+.-]+://|(https?|s?ftp|s3|gs|azs?|abfss?|hdfs|webhdfs|file|data|zip|tar|gzip):"
    r"|/vsi",
    re.IGNORECASE,
)
"""Addresses, and GDAL's virtual file systems."""
_COMPUTER: Final = re.compile(r"[/\\]{2}")
"""How the name of another computer begins (``\\\\name\\share``)."""


def refuse_remote(written: str, file: str, kind: type[InputError]) -> None:
    """Refuse a path that names an address, another computer or one of GDAL's file systems.

    Parameters
    ----------
    written
        As it stands in the study file or on the command line.
    file
        The name that the error gives.
    kind
        Class of the error.
    """
    text = written.strip()
    if _ADDRESS.match(text) or _COMPUTER.match(text):
        fail(finding("file-not-local", file=file, value=written), kind)


def refuse_virtual(path: Path, file: str, kind: type[InputError]) -> None:
    """Refuse a whole path that is no file to GDAL; one on a user's own network drive is."""
    if _ADDRESS.match(str(path)):
        fail(finding("file-not-local", file=file, value=path), kind)


def refuse_odd(path: Path, file: str, kind: type[InputError]) -> None:
    """Refuse what is there but neither file nor folder: reading a pipe or device may never end.

    Links are followed: a study may keep its data elsewhere on the disk.
    """
    try:
        odd = path.exists() and not (path.is_file() or path.is_dir())
    except (OSError, ValueError) as error:  # a name that no disk can hold
        fail(finding("file-not-plain", file=file, value=f"{path} ({error})"), kind)
    if odd:
        fail(finding("file-not-plain", file=file, value=path), kind)

"""Where outputs may go: tried before any input is read, kept from other runs meanwhile."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from gapmap.errors import OutputError
from gapmap.outputs.exchange import cannot_write, recover
from gapmap.outputs.lock import locked
from gapmap.outputs.manifest import is_run, listed_files
from gapmap.temporary import probe, sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["check_file", "check_table", "reserved"]

_FINDINGS_HEAD = "severity,code,file,"
_OTHER_FORMATS = frozenset(
    (".xlsx", ".xls", ".txt", ".tsv", ".json", ".html", ".md", ".pdf", ".doc", ".docx")
)
"""Endings of files that whoever names them expects to get."""


@contextmanager
def reserved(out: Path, *, inputs: Iterable[Path] = ()) -> Iterator[Path]:
    """Give the folder that ``out`` really is, and keep other runs away from it meanwhile.

    Brings back the folder that a killed run had set aside, and removes what killed runs left. A
    file is really written where the run will write, and removed again. Folders that had to be made
    for it are removed, too, where nothing was written to them.

    Parameters
    ----------
    out
        The folder, or a link to one.
    inputs
        The input files, which must not stand in the folder.

    Raises
    ------
    OutputError
        When ``out`` is a file, holds something that is no run of gapmap, holds an input or stands
        in one, cannot be written, or another run writes there.
    """
    target = _resolved(out)
    _check_inputs(out, target, inputs)
    made = _make_parents(out, target.parent)
    with ExitStack() as undone:
        for folder in reversed(made):
            undone.callback(_remove_empty, folder)
        with _telling(target):
            undone.enter_context(locked(target))
            recover(target, complete=is_run)
            _check_folder(out, target)
            probe(target)
        yield target


def check_table(path: Path, *, inputs: Iterable[Path] = ()) -> None:
    """Say before the work whether a table may be written to ``path``.

    Parameters
    ----------
    path
        The file, or the folder, with ``findings.csv`` in it, that ``gapmap check -o`` was given.
    inputs
        The input files, none of which may be replaced.

    Raises
    ------
    OutputError
        The file is an input, or something that gapmap has not made, or of another format than
        CSV; the folder holds a run, whose own findings would be replaced; or nothing can be
        written there.
    """
    file = _resolved(path)
    if path.suffix.lower() in _OTHER_FORMATS and not path.is_dir():
        raise OutputError(
            f"{path}: findings are written as CSV; name a file that ends in .csv, or a folder",
            f"{path}:问题清单只写成 CSV;请指定以 .csv 结尾的文件名或目录",
        )
    if path.suffix.lower() != ".csv":
        if is_run(file):
            raise OutputError(
                f"{path}: holds a run, and its findings.csv would be replaced; "
                "choose another folder or file with -o",
                f"{path}:其中是一次运行的结果,其 findings.csv 会被替换;请用 -o 另选目录或文件",
            )
        file /= "findings.csv"
    for one in inputs:
        if _is_same(file, one):
            raise OutputError(
                f"{path}: is the input {one.name} and would be lost; choose another file with -o",
                f"{path}:这是输入文件 {one.name},写入会使其丢失;请用 -o 另选文件",
            )
    check_file(file)
    if file.exists() and not _holds_findings(file):
        raise OutputError(
            f"{path}: is there already and was not made by gapmap check; "
            "nothing was changed; choose another file with -o",
            f"{path}:文件已存在,且不是 gapmap check 生成的;未作任何改动;请用 -o 另选文件",
        )


def check_file(path: Path) -> None:
    """Try to write beside ``path``, where a file will be made; leave nothing behind.

    Raises
    ------
    OutputError
        ``path`` is a folder or a file of a run, or nothing can be written there.
    """
    if path.is_dir():
        raise OutputError(
            f"{path}: is a folder; name a file with -o", f"{path}:这是目录;请用 -o 指定文件名"
        )
    target = _resolved(path)
    _check_no_part(path, target)
    made = _make_parents(path, target.parent)
    try:
        sweep(target)
        with _telling(target):
            probe(target)
    finally:
        for folder in made:
            _remove_empty(folder)


def _check_no_part(path: Path, target: Path) -> None:
    """Refuse a file that a run has left: its manifest would no longer tell the truth."""
    for folder in (target.parent, target.parent.parent):  # figures stand in a folder of their own
        if target.relative_to(folder).as_posix() in (listed_files(folder) or ()):
            raise OutputError(
                f"{path}: belongs to the run in {folder} and would be replaced; "
                "choose another file with -o",
                f"{path}:是 {folder} 中一次运行的结果,会被替换;请用 -o 另选文件",
            )


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def _telling(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(target, error) from error


def _resolved(out: Path) -> Path:
    try:
        return out.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise OutputError(
            f"{out}: is no usable path ({error}); choose a folder with -o",
            f"{out}:路径不可用({error});请用 -o 另选目录",
        ) from error


def _check_inputs(out: Path, target: Path, inputs: Iterable[Path]) -> None:
    if not target.name:
        raise OutputError(
            f"{out}: is the top of a drive; choose a folder with -o",
            f"{out}:这是根目录;请用 -o 另选目录",
        )
    for path in inputs:
        real, named = path.resolve(), path.parent.resolve() / path.name
        holders = {*real.parents, *named.parents, named}
        if not path.is_dir():
            holders.add(real)
        if any(_is_same(target, folder) for folder in holders) and not target.is_file():
            raise OutputError(
                f"{out}: holds the input {path.name}; results replace the whole folder, "
                "so choose another one with -o",
                f"{out}:输入文件 {path.name} 在此目录中;结果会替换整个目录,请用 -o 另选目录",
            )
        if path.is_dir() and target.is_relative_to(real):
            raise OutputError(
                f"{out}: stands inside the input {path.name}; choose another folder with -o",
                f"{out}:位于输入 {path.name} 之内;请用 -o 另选目录",
            )


def _is_same(one: Path, other: Path) -> bool:
    """Say whether two paths name the same file, also where case or links differ."""
    with suppress(OSError):
        return one.samefile(other)
    return one == other


def _make_parents(out: Path, parent: Path) -> list[Path]:
    """Make the folders that are missing; give those that were made, the innermost first."""
    missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        there = missing[-1].parent if missing else parent
        for folder in missing:
            _remove_empty(folder)
        why = error.strerror or error
        raise OutputError(
            f"{out}: cannot be made, {there} is not a folder that you may write to ({why}); "
            "choose another one with -o",
            f"{out}:无法建立,{there} 不是可写的目录({why});请用 -o 另选目录",
        ) from error
    return missing


def _check_folder(out: Path, target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(
            f"{out}: is a file, not a folder; choose a folder with -o",
            f"{out}:这是文件而不是目录;请用 -o 指定一个目录",
        )
    if target.is_mount():
        raise OutputError(
            f"{out}: is the top of a disk of its own and cannot be replaced as a whole; "
            "choose a folder in it with -o",
            f"{out}:这是挂载点,不能整体替换;请用 -o 选择其中的一个目录",
        )
    if not os.access(target, os.R_OK | os.W_OK | os.X_OK):
        raise OutputError(
            f"{out}: you may not write to it; choose another folder with -o",
            f"{out}:该目录不可写;请用 -o 另选目录",
        )
    sweep(target / "findings.csv")
    names = sorted(entry.name for entry in target.iterdir())
    if (
        names
        and not is_run(target)
        and not (names == ["findings.csv"] and _holds_findings(target / "findings.csv"))
    ):
        raise OutputError(
            f"{out}: holds files that are no run of gapmap ({names[0]}, ...); nothing was "
            "changed; choose an empty or new folder with -o",
            f"{out}:其中有不是 gapmap 生成的文件({names[0]} 等);未作任何改动;"
            "请用 -o 指定空目录或新目录",
        )


def _holds_findings(file: Path) -> bool:
    """Say whether a file is empty or what ``gapmap check -o`` leaves."""
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as stream:
            first = stream.readline(200)
    except OSError:
        return False
    return first == "" or first.startswith(_FINDINGS_HEAD)

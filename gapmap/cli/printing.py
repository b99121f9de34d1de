"""What the commands say on the terminal; in a pipe, plain lines."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gapmap.cells import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from gapmap.study import Steps

__all__ = ["complain", "progress", "say", "show_table", "system_language"]


def complain(message: str, language: str) -> None:
    """Say on standard error what is wrong."""
    head = "错误:" if language == "zh" else "error: "
    print(visible(head + message), file=sys.stderr)  # noqa: T201 - the command line talks


def say(text: str = "") -> None:
    """Say a line."""
    print(visible(text))  # noqa: T201 - the command line talks


def system_language() -> str:
    """Give ``zh`` or ``en``, by the environment."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


@contextmanager
def progress() -> Iterator[Steps]:
    """Show the step at work on a terminal; stay silent in a pipe."""
    from gapmap.study import Steps  # noqa: PLC0415

    console = _console(stderr=True)
    if not console.is_terminal:
        yield Steps()
        return
    with console.status("gapmap") as status:
        yield Steps(tell=status.update)


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def show_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; in a pipe as tab-separated text, whole cells, nothing cut."""
    console = _console()
    clean = [["".join(c if c.isprintable() else " " for c in cell) for cell in row] for row in rows]
    if not console.is_terminal:
        for row in [titles, *clean]:
            say("\t".join(row))
        return
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*titles)
    for row in clean:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)

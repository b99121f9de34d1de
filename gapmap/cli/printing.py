"""What the commands say on the terminal; in a pipe, plain lines."""

from __future__ import annotations

import math
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from gapmap.cells import visible
from gapmap.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from gapmap.study import Steps

__all__ = [
    "complain",
    "counted",
    "finish",
    "on_terminal",
    "percent",
    "progress",
    "say",
    "severity_word",
    "show_table",
    "system_language",
]

_SEVERITIES: Final = {"error": "错误", "warning": "警告", "note": "说明"}


def complain(message: str, language: str) -> None:
    """Say on standard error what is wrong."""
    head = "错误:" if language == "zh" else "error: "
    print(visible(head + message), file=sys.stderr)  # noqa: T201 - the command line talks


def say(text: str = "") -> None:
    """Say a line.

    Raises
    ------
    OutputError
        It cannot be written, such as to a file on a full disk.
    BrokenPipeError
        Nobody reads it any longer.
    """
    with _telling():
        print(visible(text))  # noqa: T201 - the command line talks


def finish() -> None:
    """Have all that was said written; raises as :func:`say` does."""
    with _telling():
        sys.stdout.flush()


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            f"what is printed here cannot be written ({why}); make room, or print to a terminal",
            f"屏幕输出无法写入({why});请腾出空间,或直接显示在终端上",
        ) from error


def severity_word(severity: str, language: str) -> str:
    """Name a severity."""
    return _SEVERITIES[severity] if language == "zh" else severity


def counted(count: Mapping[str, int], language: str) -> str:
    """Say how many findings of each severity there are."""
    return ", ".join(
        f"{severity_word(name, language)} {count.get(name, 0)}" for name in _SEVERITIES
    )


def percent(share: Any) -> str:  # noqa: ANN401 - a number of any kind
    """Give a share as percent, or a question mark where nobody knows it."""
    return "?" if math.isnan(float(share)) else f"{float(share):.1%}"


def on_terminal() -> bool:
    """Say whether what is said goes to a terminal."""
    return _console().is_terminal


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


def show_table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], *, lines: bool = False
) -> None:
    """Print a table; in a pipe as tab-separated text, whole cells, nothing cut.

    Parameters
    ----------
    titles, rows
        Texts. On a terminal line breaks in them are kept.
    lines
        Whether a line parts the rows on a terminal.
    """
    console = _console()
    if not console.is_terminal:
        for row in [titles, *rows]:
            say("\t".join(map(_printable, row)))
        return
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*titles, show_lines=lines)
    for row in rows:
        cells = ("\n".join(map(_printable, cell.split("\n"))) for cell in row)
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    console.print(table)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)

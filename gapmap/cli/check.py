"""``gapmap check``: everything that is wrong with a study's inputs, the worst first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from gapmap.cli.printing import (
    counted,
    on_terminal,
    progress,
    say,
    severity_word,
    show_table,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from pathlib import Path

    from gapmap.findings import Finding, Group
    from gapmap.tables import RowCount

__all__ = ["check"]

_MOST_LINES: Final = 200
"""Lines of the table on the terminal; -o writes all findings."""
_MOST_ROWS: Final = 5
_TITLES: Final = {
    "zh": ("程度", "文件", "工作表/图层", "数量", "行", "列", "问题", "请", "处理"),
    "en": ("severity", "file", "layer", "count", "rows", "column", "what", "to do", "done"),
}
"""Titles in a pipe: one line for each kind of finding, its cells apart by tabs."""


def check(given: argparse.Namespace, language: str) -> int:
    """Read everything, print what was found by file and severity, write it with ``-o``."""
    from gapmap.findings import as_table, by_severity  # noqa: PLC0415 - heavy, as in the other commands
    from gapmap.outputs import check_table, write_table  # noqa: PLC0415
    from gapmap.study import check_study, input_paths  # noqa: PLC0415

    if given.output is not None:
        check_table(given.output, inputs=input_paths(given.study))
    with progress() as steps:
        checked = check_study(given.study, steps=steps)
    target: Path | None = given.output
    if target is not None:
        target = target if target.suffix.lower() == ".csv" else target / "findings.csv"
        write_table(target, as_table(checked.findings, language))
    _show_findings(checked.findings, language)
    _show_rows(checked.rows, checked.findings, language)
    if target is not None:
        say(f"{'已写入' if language == 'zh' else 'written'}: {target}")
    say(counted(by_severity(checked.findings), language))
    return 0 if checked.usable else 1


def _show_findings(findings: Iterable[Finding], language: str) -> None:
    """Show each kind of finding: on a terminal in few columns that wrap, in a pipe in all."""
    from gapmap.findings import grouped  # noqa: PLC0415 - heavy

    groups = grouped(findings, most=1 + _MOST_ROWS)
    shown = groups[:_MOST_LINES]
    if on_terminal():
        titles = ("程度", "数量", "哪里", "问题、怎么办、处理")
        show_table(
            titles if language == "zh" else ("severity", "count", "where", "what, to do, done"),
            [_stacked(group, language) for group in shown],
            lines=True,
        )
    else:
        show_table(_TITLES[language], [_flat(group, language) for group in shown])
    rest = len(groups) - len(shown)
    if rest:
        say(
            f"... 其余 {rest} 类请用 -o 写入文件"
            if language == "zh"
            else f"... {rest} more kinds; write all with -o"
        )


def _flat(group: Group, language: str) -> tuple[str, ...]:
    """Give a group's cells, each in a column of its own."""
    one = group.first
    words = (one.message(language), one.advice(language), one.done(language))
    where = (*one.file_and_layer, str(group.count), group.rows(_MOST_ROWS), one.field)
    return (severity_word(one.severity, language), *where, *words)


def _stacked(group: Group, language: str) -> tuple[str, ...]:
    """Give a group's cells for a screen: place and words below each other in few columns."""
    zh = language == "zh"
    severity, file, layer, count, rows, field, what, to_do, done = _flat(group, language)
    one_row = group.count == 1
    where = (
        ("", file),
        ("工作表/图层 " if zh else "layer ", layer),
        ("行 " if zh else ("row " if one_row else "rows "), rows),
        ("列 " if zh else "column ", field),
    )
    words = (
        ("", what),
        ("怎么办:" if zh else "to do: ", to_do),
        ("处理:" if zh else "done: ", done),
    )
    cells = ("\n".join(head + said for head, said in part if said) for part in (where, words))
    return (severity, count, *cells)


def _show_rows(rows: Iterable[RowCount], findings: Iterable[Finding], language: str) -> None:
    """Say of each file what became of its rows, and how many findings of each kind it has."""
    zh = language == "zh"
    counts: dict[str, Counter[str]] = {}
    for one in findings:
        counts.setdefault(one.file, Counter())[one.severity] += one.stands_for
    words = (
        "读取 {} 行 = 使用 {} + 修复 {} + 排除 {}"
        if zh
        else "{} rows = {} used + {} repaired + {} excluded"
    )
    sums = [0, 0, 0, 0]
    for row in rows:
        told = counted(counts.pop(row.file, Counter()), language)
        numbers = (row.read, row.used, row.repaired, row.excluded)
        sums = [whole + part for whole, part in zip(sums, numbers, strict=True)]
        say(f"{row.file}: {words.format(*numbers)}; {told}")
    for file, count in counts.items():
        if file:
            say(f"{file}: {counted(count, language)}")
    if sums[0]:
        say(f"{'合计' if zh else 'all files'}: {words.format(*sums)}")

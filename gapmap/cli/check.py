"""``gapmap check``: everything that is wrong with a study's inputs, the worst first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gapmap.cli.printing import progress, say, show_table

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from gapmap.findings import Finding
    from gapmap.tables import RowCount

__all__ = ["check", "summarised"]

_MOST_LINES: Final = 200
"""Lines of the table on the terminal; -o writes all findings."""
_MOST_ROWS: Final = 5
_SEVERITIES: Final = {"error": "错误", "warning": "警告", "note": "说明"}


def check(given: argparse.Namespace, language: str) -> int:
    """Read everything, print what was found by file and severity, write it with ``-o``."""
    from gapmap.findings import as_table  # noqa: PLC0415 - heavy, as in the other commands
    from gapmap.outputs import check_table, write_table  # noqa: PLC0415
    from gapmap.study import check_study, input_paths  # noqa: PLC0415

    if given.output is not None:
        check_table(given.output, inputs=input_paths(given.study))
    with progress() as steps:
        checked = check_study(given.study, steps=steps)
    if given.output is not None:
        is_file = given.output.suffix.lower() == ".csv"
        target = given.output if is_file else given.output / "findings.csv"
        write_table(target, as_table(checked.findings, language))
    _show_findings(checked.findings, language)
    _show_rows(checked.rows, checked.findings, language)
    say(_counted(Counter(one.severity for one in checked.findings), language))
    return 0 if checked.usable else 1


@dataclass(slots=True)
class _Line:
    """Findings of one code, file and column, shown as one line."""

    first: Finding
    count: int = 0
    rows: list[int] = field(default_factory=list)


def summarised(findings: Iterable[Finding]) -> list[tuple[Finding, int, str]]:
    """Put findings of one severity, code, file and column together, worst first.

    Returns
    -------
    list
        The first of each kind, how many there are, and the rows of the first few.
    """
    from gapmap.findings import worst_first  # noqa: PLC0415 - heavy

    lines: dict[tuple[str, str, str, str], _Line] = {}
    for one in worst_first(findings):
        key = (one.severity, one.file, one.code, one.field)
        line = lines.setdefault(key, _Line(one))
        line.count += 1
        if one.row is not None and len(line.rows) < _MOST_ROWS:
            line.rows.append(one.row)
    return [
        (
            line.first,
            line.count,
            ", ".join(map(str, line.rows))
            + (", …" if line.count > _MOST_ROWS < 1 + len(line.rows) else ""),
        )
        for line in lines.values()
    ]


def _show_findings(findings: Sequence[Finding], language: str) -> None:
    zh = language == "zh"
    titles = (
        ("程度", "文件", "工作表/图层", "数量", "行", "列", "问题", "请", "处理")
        if zh
        else ("severity", "file", "layer", "count", "rows", "column", "what", "to do", "done")
    )
    lines = summarised(findings)
    shown = [
        (
            _SEVERITIES[one.severity] if zh else one.severity,
            *one.file_and_layer,
            str(count),
            rows,
            one.field,
            one.message(language),
            one.advice(language),
            one.done(language),
        )
        for one, count, rows in lines[:_MOST_LINES]
    ]
    show_table(titles, shown)
    if len(lines) > _MOST_LINES:
        rest = len(lines) - _MOST_LINES
        say(
            f"... 其余 {rest} 类请用 -o 写入文件"
            if zh
            else f"... {rest} more kinds; write all with -o"
        )


def _show_rows(rows: Iterable[RowCount], findings: Iterable[Finding], language: str) -> None:
    """Say of each file what became of its rows, and how many findings of each kind it has."""
    zh = language == "zh"
    counts: dict[str, Counter[str]] = {}
    for one in findings:
        counts.setdefault(one.file, Counter())[one.severity] += 1
    words = (
        "读取 {} 行 = 使用 {} + 修复 {} + 排除 {}"
        if zh
        else "{} rows = {} used + {} repaired + {} excluded"
    )
    for row in rows:
        told = _counted(counts.pop(row.file, Counter()), language)
        said = words.format(row.read, row.used, row.repaired, row.excluded)
        say(f"{row.file}: {said}; {told}")
    for file, count in counts.items():
        if file:
            say(f"{file}: {_counted(count, language)}")


def _counted(count: Counter[str], language: str) -> str:
    words = _SEVERITIES if language == "zh" else {name: name for name in _SEVERITIES}
    return ", ".join(f"{word} {count[name]}" for name, word in words.items())

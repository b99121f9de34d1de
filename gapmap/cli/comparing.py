"""``gapmap compare``: what changed between two runs, or two dates of one study, and why."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from gapmap.cli.printing import percent, progress, say, severity_word, show_table
from gapmap.errors import OutputError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    import pandas as pd

    from gapmap.change import Change
    from gapmap.findings import Finding

__all__ = ["asked_rightly", "compare_runs"]

_TABLES: Final = {
    "coverage": "coverage_change.csv",
    "places": "places_change.csv",
    "targets": "targets_change.csv",
    "causes": "causes.csv",
}
_COUNTED: Final = {"people": ("people", "人口"), "places": ("places", "村居")}
_FINDINGS: Final = "findings_change.csv"
_FIGURE: Final = "figures/causes.png"


def asked_rightly(given: argparse.Namespace) -> bool:
    """Say whether two folders are named, or one study and two dates."""
    dates = [one is not None for one in (given.date_a, given.date_b)]
    return not any(dates) if given.out_b is not None else all(dates)


def compare_runs(given: argparse.Namespace, language: str) -> int:
    """Show and write what changed."""
    from gapmap.outputs import check_file  # noqa: PLC0415

    target: Path | None = given.output
    if target is not None:
        _refuse_folder(target, given)
        for name in (*_TABLES.values(), _FINDINGS, _FIGURE):
            check_file(target / name)
    change, own = _change(given)
    _show(change, language)
    if target is not None:
        _write(change, target, given.language or own or language)
        say(f"{'结果' if language == 'zh' else 'results'}: {target}")
    return 0


def _refuse_folder(target: Path, given: argparse.Namespace) -> None:
    """Keep a run's folder, and a study's, as it is."""
    from gapmap.study import study_path  # noqa: PLC0415

    own = given.out_b is None and study_path(given.out_a).resolve().parent == target.resolve()
    if own or any((target / name).is_file() for name in ("run.json", "study.toml")):
        raise OutputError(
            f"{target}: this folder holds a run or a study, which compare leaves as it is; "
            "name another folder with -o",
            f"{target}:这个文件夹中是一次运行的结果或一个研究的数据,compare 不会改动它;"
            "请用 -o 指定另一个文件夹",
        )


def _change(given: argparse.Namespace) -> tuple[Change, str | None]:
    """Compare; give besides the language of the study, or of B, in which its results stand."""
    from gapmap.study import compare, compare_dates, read_study  # noqa: PLC0415

    with progress() as steps:
        if given.out_b is not None:
            return compare(given.out_a, given.out_b, steps=steps), _language_of(given.out_b)
        study = read_study(given.out_a, steps=steps)
        with steps.step("compare"):
            return compare_dates(study, given.date_a, given.date_b), study.file.language


def _language_of(out: Path) -> str | None:
    """Give the language that a run's results are in; None where it does not say."""
    try:
        told = json.loads((out / "run.json").read_text("utf8"))["language"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return None
    return told if told in ("zh", "en") else None


def _write(change: Change, target: Path, language: str) -> None:
    from gapmap.findings import as_table  # noqa: PLC0415
    from gapmap.outputs import write_causes, write_table  # noqa: PLC0415

    for name, file in _TABLES.items():
        write_table(target / file, getattr(change, name), simulated=change.simulated)
    write_table(target / _FINDINGS, as_table(change.findings, language))
    write_causes(target / _FIGURE, change, language=language)


def _show(change: Change, language: str) -> None:
    if len(change.causes):
        _show_causes(change, language)
    else:
        _show_coverage(change, language)
    _show_places(change.places, language)
    if change.simulated:
        say("模拟数据:不得用于决策" if language == "zh" else "simulated data: not for decisions")
    for one in change.findings:
        say(_sentence(one, language))


def _show_causes(change: Change, language: str) -> None:
    """Show a line for each service: covered in A, what each cause adds, covered in B."""
    from gapmap.words import word  # noqa: PLC0415

    city = change.causes[change.causes["group_kind"] == "city"]
    shown = list(dict.fromkeys(city.loc[city["differs"], "cause"]))
    order = [one for one in dict.fromkeys(city["cause"]) if one in shown]
    zh = language == "zh"
    counted = _COUNTED[change.weight][zh]
    titles = ("服务", f"A 覆盖{counted}") if zh else ("service", f"{counted} covered in A")
    ends = (f"B 覆盖{counted}", "未知(A → B)") if zh else ("covered in B", "unknown (A → B)")
    rows = []
    for service, of_service in city.groupby("service", sort=False):
        first = of_service.iloc[0]
        added = of_service.set_index("cause")
        rows.append(
            (
                change.name(str(service), language),
                _number(first["people_covered_a"]),
                *(_added(added.loc[cause]) for cause in order),
                _number(first["people_covered_b"]),
                f"{_number(first['people_unknown_a'])} → {_number(first['people_unknown_b'])}",
            )
        )
    show_table((*titles, *(word(f"cause_{one}", language) for one in order), *ends), rows)
    if (city["people"] % 1 != 0).any() and not (city["people_covered_b"] % 1 != 0).any():
        say(
            "小数:几种原因共同造成的变化,按份额分摊"
            if zh
            else "fractions: what several causes have changed together is shared out among them"
        )


def _added(row: pd.Series) -> str:
    """Give what a cause adds; a dash where A and B do not differ in it."""
    return _number(row["people"], sign="+") if row["differs"] else "–"


def _number(value: Any, sign: str = "") -> str:  # noqa: ANN401 - a number of any kind
    number = float(value)
    if math.isnan(number):
        return "?"
    if sign and not number:
        return "0"
    told = format(number, f"{sign},.3f").rstrip("0").rstrip(".")
    return "0" if told in ("-0", "+0") else told


def _show_coverage(change: Change, language: str) -> None:
    """Show a line for each service: the share in A and in B, and the change in people."""
    zh = language == "zh"
    counted = _COUNTED[change.weight][zh]
    city = change.coverage[change.coverage["group_kind"] == "city"]
    rows = [
        (str(row.service), percent(row.share_people_a), percent(row.share_people_b),
         _number(row.people_covered_difference, sign="+"))
        for row in city.itertuples()
    ]  # fmt: skip
    titles = ("服务", "A", "B", f"覆盖{counted}变化") if zh else ("service", "A", "B", counted)
    show_table(titles, rows)


def _show_places(places: pd.DataFrame, language: str) -> None:
    """Count the places by what became of them, and by why where their cover changed."""
    from gapmap.words import word  # noqa: PLC0415

    for why, some in places.groupby("why"):
        causes = some.loc[some["cause"] != "", "cause"].value_counts()
        parts = [f"{word(f'cause_{cause}', language)} {count}" for cause, count in causes.items()]
        told = f" ({', '.join(parts)})" if parts else ""
        count = _pairs(len(some), some["place_id"].nunique(), language)
        say(f"{word(f'why_{why}', language)}: {count}{told}")


def _pairs(rows: int, places: int, language: str) -> str:
    """Give a number of rows, each a place and a service, and of the places in them."""
    if language == "zh":
        return f"{rows} 项(村居 × 服务),涉及 {places} 个村居"
    pairs = "pair" if rows == 1 else "pairs"
    return f"{rows} {pairs} of place and service, {places} {'place' if places == 1 else 'places'}"


def _sentence(one: Finding, language: str) -> str:
    place = f"{one.file}: " if one.file else ""
    mark = "。" if language == "zh" else "; "
    said = [one.message(language), one.done(language)]
    return f"{severity_word(one.severity, language)}: {place}{mark.join(filter(None, said))}"

"""How the results were made, on paper: data quality, method, provenance."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any, Final

from gapmap.findings import by_severity, grouped
from gapmap.outputs.paper.cells import NOTHING, plain_text, says
from gapmap.outputs.paper.value import Column, Grid, Section
from gapmap.outputs.summary import role_word
from gapmap.words import title, vocabulary, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapmap.access import Service
    from gapmap.findings import Finding
    from gapmap.outputs.results import Results

__all__ = ["data_section", "method_section", "provenance_section"]

MOST_FINDINGS: Final = 60
"""Kinds of findings that are printed, the worst ones; ``findings.csv`` has all."""
_LONG: Final = 800


def data_section(results: Results, findings: Sequence[Finding]) -> Section:
    """Give what became of the rows of each file, and the findings by kind."""
    head = (("文件", "file"), ("读取", "read"), ("使用", "used"), ("修复", "repaired"),
            ("排除", "excluded"))  # fmt: skip
    rows = tuple(
        (plain_text(one.file), *(f"{count:,}" for count in (one.read, one.used, one.repaired,
                                                           one.excluded)))
        for one in results.rows
    )  # fmt: skip
    columns = tuple(
        Column(title=says(results, *name), weight=4.0 if at == 0 else 1.0, number=at > 0)
        for at, name in enumerate(head)
    )
    accounts = Grid(
        title=says(results, "各文件的行数", "Rows of each file"),
        columns=columns,
        rows=rows,
        note=says(results, "读取 = 使用 + 修复 + 排除。", "Read = used + repaired + excluded."),
    )
    counts = by_severity(findings)
    told = says(
        results,
        f"数据问题共 {sum(counts.values())} 条:错误 {counts['error']}、警告 {counts['warning']}、"
        f"说明 {counts['note']};全部见 findings.csv。",
        f"{sum(counts.values())} findings: {counts['error']} errors, {counts['warning']} warnings, "
        f"{counts['note']} notes; all of them are in findings.csv.",
    )
    return Section(
        key="data",
        title=says(results, "数据质量", "Quality of the data"),
        sentences=(told,),
        grids=(*((accounts,) if rows else ()), *_findings(results, findings)),
    )


def _findings(results: Results, findings: Sequence[Finding]) -> tuple[Grid, ...]:
    groups = grouped(findings, most=1)
    if not groups:
        return ()
    language = results.language
    rows = tuple(
        (
            word(group.first.severity, language),
            plain_text(group.first.file) or NOTHING,
            f"{group.count:,}",
            plain_text(group.first.message(language), most=_LONG),
            plain_text(group.first.done(language), most=_LONG) or NOTHING,
        )
        for group in groups[:MOST_FINDINGS]
    )
    more = len(groups) - len(rows)
    columns = (
        Column(title=title("severity", language), weight=0.7),
        Column(title=title("file", language), weight=1.6),
        Column(title=says(results, "条数", "count"), weight=0.6, number=True),
        Column(title=title("message", language), weight=5.0),
        Column(title=title("done", language), weight=2.0),
    )
    note = says(
        results,
        f"每类列出一条;其余 {more} 类见 findings.csv。",
        f"One of each kind; {more} more kinds are in findings.csv.",
    )
    heading = says(results, "发现的问题(每类一条)", "What was found, one of each kind")
    return (Grid(title=heading, columns=columns, rows=rows, note=note if more else ""),)


def method_section(results: Results) -> Section:
    """Say how everything was measured, with the limit of each service and where it comes from."""
    access = results.assessment.access
    language = results.language
    columns = (
        Column(title=title("service", language), weight=2.2),
        Column(title=title("mode", language), weight=1.0),
        Column(title=title("limit", language), weight=1.0, number=True),
        Column(title=title("limit_unit", language), weight=0.8),
        Column(title=title("limit_source", language), weight=3.0),
        Column(title=title("basis", language), weight=1.0),
    )
    rows = tuple(
        (
            plain_text(results.service_name(one.id)),
            word(one.mode, language),
            f"{one.limit:g}",
            word(one.limit_unit, language),
            _source(one, language),
            word(one.basis, language),
        )
        for one in access.services
    )
    limits = Grid(
        title=says(results, "各项服务的限值和依据", "Limits of the services, and their basis"),
        columns=columns,
        rows=rows,
    )
    return Section(
        key="method",
        title=says(results, "方法", "Method"),
        sentences=tuple(_method(results)),
        grids=(limits,) if rows else (),
        figures=("tornado",),
    )


def _source(service: Service, language: str) -> str:
    if service.source in ("", "assumption", "plan"):
        return word(service.source, language) if service.source else NOTHING
    return plain_text(service.source)


def _method(results: Results) -> list[str]:
    """Give the sentences of the report's method that hold for this run."""
    access = results.assessment.access
    said: dict[str, Any] = vocabulary()["report"]  # type: ignore[assignment]  # words by language
    on_land = [one for one in access.services if one.mode == "surface"]
    keys = ["network"] if access.network is not None else []
    if access.network is None and len(on_land) < len(access.services):
        keys.append("straight")
    keys += ["surface"] if on_land else []
    keys += ["off_road"] if any(one.off_road == "surface" for one in access.services) else []
    if access.network is not None:
        keys += ["water"] if access.network.water is not None else []
        keys += ["borders"] if access.network.borders is not None else []
    keys += [f"weight_{access.places.weight}", "status", "measured", "limit", "counts", "bounds",
             "distance", "gap", "basis"]  # fmt: skip
    keys += ["standard"] if any(_is_stricter(one) for one in access.services) else []
    return [str(said[f"method_{key}"][results.language]) for key in keys]


def _is_stricter(service: Service) -> bool:
    """Tell whether a standard's metres, mostly a straight radius, are measured along ways."""
    return service.basis == "standard" and service.limit_unit == "m" and service.mode != "straight"


def provenance_section(results: Results) -> Section:
    """Name every input file with its SHA-256, and what measured them."""
    language = results.language
    about = results.about
    yes_no = {True: word("true", language), False: word("false", language)}
    columns = (
        Column(title=says(results, "文件", "file"), weight=2.4),
        Column(title=says(results, "用途", "role"), weight=1.0),
        Column(title=says(results, "字节", "bytes"), weight=1.1, number=True),
        Column(title="SHA-256", weight=5.6),
        Column(title=says(results, "模拟", "simulated"), weight=0.8),
    )
    rows = tuple(
        (plain_text(one.name), role_word(one.role, language), f"{one.size_bytes:,}", one.sha256,
         yes_no[one.simulated])
        for one in about.inputs
    )  # fmt: skip
    crs = about.crs or results.assessment.access.places.region.crs.to_string()
    told = says(
        results,
        f"软件:gapmap {about.version},Python {platform.python_version()};测量坐标系:{crs};"
        f"随机种子:{results.seed}。全部版本和参数见 run.json。",
        f"Software: gapmap {about.version}, Python {platform.python_version()}; measured in {crs};"
        f" seed {results.seed}. All versions and parameters are in run.json.",
    )
    files = Grid(title=says(results, "输入文件", "Input files"), columns=columns, rows=rows)
    return Section(
        key="provenance",
        title=says(results, "来源", "Where it comes from"),
        sentences=(plain_text(told),),
        grids=(files,) if rows else (),
    )

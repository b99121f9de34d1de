"""A plan file, read strictly: what is not understood is an error that names file and target."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from gapmap.errors import PlanError
from gapmap.findings import fail, finding
from gapmap.plan.cells import Cells
from gapmap.plan.values import MEASURES, STATES, Ask, Level, Plan, Project, Target, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_plan", "shipped_plans"]

_NOT_PLANS = {"standards"}


def shipped_plans() -> tuple[str, ...]:
    """List the ids of the plans that come with gapmap.

    Examples
    --------
    >>> shipped_plans()
    ('zhuhai-2012-2014',)
    """
    found = (entry.name for entry in files("gapmap").joinpath("plans").iterdir())
    stems = {name.removesuffix(".toml") for name in found if name.endswith(".toml")}
    return tuple(sorted(stems - _NOT_PLANS))


def read_plan(id_or_path: str | Path) -> Plan:
    """Read a plan by the id of a shipped one, or from a plan file.

    Parameters
    ----------
    id_or_path
        An id of :func:`shipped_plans`, or the path of a file as ``docs/plan-format.md`` says.

    Raises
    ------
    PlanError
        The file is missing, is no TOML, or holds what is not understood; the message names the
        target, and the nearest known word.

    Examples
    --------
    >>> read_plan("zhuhai-2012-2014").targets[1].asks[0].required
    487.0
    """
    if str(id_or_path) in shipped_plans():
        shipped = files("gapmap").joinpath("plans", f"{id_or_path}.toml")
        with as_file(shipped) as path:
            return _read(path)
    path = Path(id_or_path)
    if not path.is_file():
        fail(
            finding("plan-missing", value=id_or_path, shipped=", ".join(shipped_plans())), PlanError
        )
    return _read(path)


def _read(path: Path) -> Plan:
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        fail(finding("plan-not-toml", file=path.name, problem=problem), PlanError)
    top = Cells(path.name, "", document)
    top.allow("plan", "districts", "groups", "levels", "targets")
    head = top.table("plan")
    head.allow("id", "name", "authority", "published", "start", "end", "source")
    districts = tuple(_district(one) for one in top.tables("districts", needed=False))
    known = tuple(unit.id for unit in districts)
    groups = {key: _group(key, one, known) for key, one in top.named("groups")}
    levels = {key: _level(key, one) for key, one in top.named("levels")}
    plan = Plan(
        id=head.text("id"),
        name=head.words("name"),
        authority=head.words("authority"),
        published=head.date("published"),
        start=head.date("start"),
        end=head.date("end"),
        source=head.text("source", ""),
        districts=districts,
        groups=groups,
        levels=levels,
        targets=(),
        file=path.name,
    )
    if plan.end < plan.start:
        head.wrong("end", "plan-dates-reversed", start=str(plan.start))
    targets = tuple(_target(one, plan) for one in top.tables("targets"))
    _once(top, [target.id for target in targets])
    return replace(plan, targets=targets)


def _once(top: Cells, ids: list[str]) -> None:
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        fail(finding("plan-target-twice", file=top.file, field="id", value=twice[0]), PlanError)


def _district(cells: Cells) -> Unit:
    cells.allow("id", "name")
    code = cells.text("id")
    return Unit(id=code, name=cells.words("name"), districts=(code,))


def _group(key: str, cells: Cells, known: tuple[str, ...]) -> Unit:
    cells.allow("name", "districts")
    members = cells.texts("districts")
    for one in members:
        cells.one_of("districts", one, known)
    return Unit(id=key, name=cells.words("name"), districts=members)


def _level(key: str, cells: Cells) -> Level:
    cells.allow("name", "of", "setting", "island", "name_ends")
    setting = cells.texts("setting", ())
    for one in setting:
        cells.one_of("setting", one, ("urban", "rural", "unknown"))
    of = cells.choice("of", ("place", "town", "plan_district", "district", "city"))
    return Level(
        id=key,
        name=cells.words("name"),
        of=of,
        setting=setting,
        island=cells.flag("island"),
        name_ends=cells.texts("name_ends", ()),
    )


_TARGET_KEYS = (
    "id",
    "clause",
    "quote",
    "title",
    "note",
    "scope",
    "each",
    "due",
    "recurring",
    "parts",
)
_EVERY_ASK = ("measure", "unit", "comparison", "required", "required_basis")
_PLACED = ("service", "level", "only", "where", "at_least")
_ASK_KEYS: Mapping[str, tuple[str, ...]] = {
    "presence": _PLACED,
    "share": _PLACED,
    "count": ("service", "where", "only", "opened_from", "opened_to", "required_per_unit"),
    "attribute_share": ("service", "where", "meets"),
    "access": ("service", "level", "only", "statistic", "qualifying"),
    "trend": ("service", "where"),
    "milestone": ("projects", "state"),
    "indicator": ("indicator",),
    "certificate": ("certificate", "level", "only"),
    "gap": ("indicator", "less"),
}
_STATISTICS = ("share_places", "share_people", "median_minutes", "mainland_minutes")
_UNITS: Mapping[str, str] = {
    "count": "facilities",
    "trend": "facilities",
    "milestone": "projects",
    "indicator": "",
    "gap": "",
}
_COMPARISONS: Mapping[str, str] = {"trend": ">", "gap": "<"}


def _target(cells: Cells, plan: Plan) -> Target:
    cells = cells.called("target", cells.text("id"))
    parts = cells.tables("parts", needed=False)
    asked = [cells] if not parts else [one.called("target", cells.text("id")) for one in parts]
    own = () if parts else _ask_keys(cells)
    cells.allow(*_TARGET_KEYS, *own)
    for part in parts:
        part.allow(*_ask_keys(part))
    scopes = ("city", *plan.groups, *(unit.id for unit in plan.districts))
    return Target(
        id=cells.text("id"),
        clause=cells.text("clause"),
        quote=cells.text("quote", ""),
        title=cells.words("title"),
        due=cells.date("due"),
        asks=tuple(_ask(one, plan) for one in asked),
        scope=cells.choice("scope", scopes, "city"),
        each=cells.choice("each", ("", "plan_district", "district", "town"), ""),
        recurring=bool(cells.flag("recurring")),
        note=cells.words("note", needed=False),
    )


def _ask_keys(cells: Cells) -> tuple[str, ...]:
    measure = cells.choice("measure", MEASURES)
    return (*_EVERY_ASK, *_ASK_KEYS[measure])


def _ask(cells: Cells, plan: Plan) -> Ask:
    measure = cells.text("measure")
    keys = _ASK_KEYS[measure]

    def text(key: str, *, optional: bool = False) -> str:
        return cells.text(key, "") if optional or key not in keys else cells.text(key)

    unit = cells.text("unit", _UNITS.get(measure, "share"))
    if not unit:
        cells.text("unit")
    level = text("level")
    if level:
        cells.one_of("level", level, tuple(plan.levels))
    projects = tuple(_project(one) for one in cells.tables("projects", needed="projects" in keys))
    required = cells.number("required")
    where, meets = cells.values("where"), cells.values("meets")
    if "meets" in keys and not meets:
        cells.wrong("meets", "plan-key-missing")
    return Ask(
        measure=measure,
        unit=unit,
        comparison=cells.choice(
            "comparison", (">=", ">", "<=", "<"), _COMPARISONS.get(measure, ">=")
        ),
        required=float(len(projects)) if projects and required is None else required,
        required_basis=cells.choice("required_basis", ("plan", "assumption"), "plan"),
        required_per_unit=cells.number("required_per_unit"),
        level=level,
        only=cells.texts("only", ()),
        service=text("service"),
        where=where,
        meets=meets,
        at_least=int(cells.number("at_least") or 1),
        opened_from=cells.date("opened_from") if "opened_from" in cells.content else None,
        opened_to=cells.date("opened_to") if "opened_to" in cells.content else None,
        statistic=cells.choice("statistic", _STATISTICS, "share_places"),
        qualifying=text("qualifying", optional=True),
        projects=projects,
        state=cells.choice("state", tuple(STATES)) if "state" in keys else "",
        indicator=text("indicator"),
        less=text("less"),
        certificate=text("certificate"),
    )


def _project(cells: Cells) -> Project:
    cells.allow("id", "name")
    return Project(id=cells.text("id"), name=cells.words("name"))

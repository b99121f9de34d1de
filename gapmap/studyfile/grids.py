"""The blocks of a study file that rest on rasters: population, surface, referral."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gapmap.catchment import ReferralRule
from gapmap.datum import DATUMS
from gapmap.network import MODES
from gapmap.population import PopulationSource
from gapmap.surface import SurfaceSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.studyfile.reading import Reader

__all__ = ["check_surface_service", "read_population", "read_referrals", "read_surface"]

_POPULATION = {
    "unit": ("auto", "count", "per_km2", "per_ha"),
    "no_value": ("unknown", "nobody"),
    "reconcile": ("none", "district"),
    "assign": ("auto", "network", "voronoi"),
    "setting": ("table", "grid"),
}
_SURFACE = {
    "roads": ("drive", "cycle", "walk", "none"),
    "slope": ("tobler", "langmuir", "none"),
    "direction": ("to", "from"),
}
_NEIGHBOURS = (8, 16)


def read_population(reader: Reader, raw: Mapping[str, Any]) -> PopulationSource | None:
    """Read ``[population]``; None where the study has none."""
    if "population" not in raw:
        return None
    block = reader.block("population", raw["population"])
    reader.choices("population", block, _POPULATION)
    if block.get("assign") == "network" and "network" not in raw:
        reader.fail("study-block-missing", "network")
    return PopulationSource(**reader.plain(block, "raster"), raster=reader.path(block["raster"]))


def read_surface(reader: Reader, raw: Mapping[str, Any]) -> SurfaceSource | None:
    """Read ``[surface]``; None where the study has none."""
    if "surface" not in raw:
        return None
    block = reader.block("surface", raw["surface"])
    reader.choices("surface", block, _SURFACE)
    reader.positive("surface", block, "on_path", "off_path", "kmh", "cell_m")
    if "land_cover" in block and "speeds" not in block:
        reader.fail("study-key-missing", "surface.speeds")
    if block.get("slope", "none") != "none" and "dem" not in block:
        reader.fail("study-key-missing", "surface.dem")
    if not {"land_cover", "cell_m", "dem"} & set(block):
        reader.fail("study-key-missing", "surface.cell_m")
    if block.get("neighbours", 8) not in _NEIGHBOURS:
        reader.fail("study-choice", "surface.neighbours", block["neighbours"], choices="8, 16")
    if float(block.get("snap_m", 0)) < 0:
        reader.fail("study-negative", "surface.snap_m", block["snap_m"])
    _check_datum(reader, block)
    files: dict[str, Any] = {
        key: reader.path(block[key])
        for key in ("land_cover", "speeds", "dem", "barriers")
        if key in block
    }
    told = reader.plain(block, *files, "neighbours")
    neighbours = int(block.get("neighbours", 8))
    return SurfaceSource(**told, **files, neighbours=neighbours, repair=reader.repair)


def _check_datum(reader: Reader, block: Mapping[str, Any]) -> None:
    """Hold the barriers' datum against those that can be named; lines alone cannot tell theirs."""
    key, named = "surface.barriers_datum", block.get("barriers_datum", "auto")
    if named == "detect":
        reader.fail("study-choice", key, named, choices=", ".join(("auto", *DATUMS, "EPSG:nnnn")))
    reader.datum(key, {"datum": named})


def check_surface_service(
    reader: Reader, where: str, block: Mapping[str, Any], raw: Mapping[str, Any]
) -> None:
    """Hold what a service says of the surface against the blocks that it rests on."""
    reader.choices(
        where,
        block,
        {
            "off_road": ("straight", "surface"),
            "catchment": ("none", "capacity"),
            "catchment_order": ("capacity", "people", "id"),
        },
    )
    if block.get("catchment") == "capacity" and "people_per_capacity" not in block:
        reader.fail("study-key-missing", f"{where}.people_per_capacity")
    on_surface = block["mode"] == "surface"
    if (on_surface or block.get("off_road") == "surface") and "surface" not in raw:
        reader.fail("study-block-missing", "surface")
    if block.get("off_road") == "surface":
        if block["mode"] not in MODES:
            reader.fail("study-choice", f"{where}.mode", block["mode"], choices=", ".join(MODES))
        if "network" not in raw:
            reader.fail("study-block-missing", "network")
        if "limit_minutes" not in block:
            reader.fail("study-key-missing", f"{where}.limit_minutes")


def read_referrals(reader: Reader, raw: Mapping[str, Any]) -> tuple[ReferralRule, ...]:
    """Read every ``[[referral]]``."""
    have = raw.get("referral", [])
    if not isinstance(have, list):
        reader.fail("study-value-kind", "referral", have, wanted="[[referral]]")
    return tuple(_referral(reader, f"referral[{n}]", one, raw) for n, one in enumerate(have, 1))


def _services(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """List the services that the study's facilities offer or that it measures."""
    named = [*raw.get("services", {})]
    for block in raw.get("facilities", []):
        named += [block["service"]] if "service" in block else [*block.get("service_values", {})]
    return tuple(dict.fromkeys(str(one) for one in named))


def _referral(reader: Reader, where: str, have: object, raw: Mapping[str, Any]) -> ReferralRule:
    block = reader.block("referral", have, where=where)
    usual = "drive" if "network" in raw else "straight"
    mode = reader.choice(
        f"{where}.mode",
        block.get("mode", "surface" if "surface" in raw and "network" not in raw else usual),
        (*MODES, "straight", "surface"),
    )
    if mode == "surface" and "surface" not in raw:
        reader.fail("study-block-missing", "surface")
    if mode in MODES and "network" not in raw:
        reader.fail("study-block-missing", "network")
    known = _services(raw)
    for end in ("from", "to"):
        reader.choice(f"{where}.{end}", block[end], known)
    if block["from"] == block["to"]:
        reader.fail("study-referral-itself", f"{where}.to", block["to"])
    reader.positive(where, block, "limit_minutes")
    limit = block.get("limit_minutes")
    return ReferralRule(
        origin=str(block["from"]),
        target=str(block["to"]),
        mode=mode,
        limit_minutes=None if limit is None else float(limit),
        pairs=bool(block.get("pairs", False)),
    )

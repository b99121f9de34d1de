"""What a service's block says of supply against demand."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from gapmap.catchment import METHODS, STEP_WEIGHTS, Decay, SupplyRule
from gapmap.studyfile.keys import KEYS, LIST, NUMBER, is_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapmap.studyfile.reading import Reader

__all__ = ["SUPPLY_KEYS", "read_supply"]

SUPPLY_KEYS: Final = (
    *("supply", "supply_capacity", "supply_decay", "supply_breaks", "supply_weights"),
)
"""The keys of a service that speak of it."""

_DECAYS: Final = ("step", "gaussian")
_EITHER: Final = ("3sfca", "m2sfca", "bfca")
"""Methods that work by steps or along a bell."""


def read_supply(
    reader: Reader, where: str, block: Mapping[str, Any], raw: Mapping[str, Any]
) -> SupplyRule | None:
    """Read how a service's supply is measured; None where the study does not ask."""
    service = where.removeprefix("services.")
    method = reader.choice(f"{where}.supply", block.get("supply", "none"), ("none", *METHODS))
    if method == "none":
        _refuse_idle(reader, where, block, "none", SUPPLY_KEYS[1:])
        return None
    capacity = str(block.get("supply_capacity", "capacity"))
    named = _columns_of(raw, service)
    if capacity not in named:
        reader.fail(
            "study-supply-capacity",
            f"{where}.supply_capacity",
            capacity,
            service=service,
            named=", ".join(named) or "-",
        )
    return SupplyRule(
        service=service,
        method=method,
        capacity=capacity,
        title=named[capacity],
        decay=_decay(reader, where, block, method),
    )


def _columns_of(raw: Mapping[str, Any], service: str) -> dict[str, str]:
    """Name what the files that offer a service say of what each has, and their first columns."""
    told: dict[str, str] = {}
    for block in raw.get("facilities", []):
        if service == block.get("service") or service in block.get("service_values", {}):
            asked = {key: key for key in block.get("require", {})}
            for key, column in (asked | block).items():
                if key in {"capacity", "floor_area_m2"} or key not in KEYS["facilities"]:
                    told.setdefault(key, str(column))
    return told


def _decay(reader: Reader, where: str, block: Mapping[str, Any], method: str) -> Decay | None:
    """Read how weight falls; None where the study leaves it to the method."""
    kind = {"2sfca": "none", "e2sfca_gaussian": "gaussian"}.get(method, "step")
    if method in _EITHER:
        kind = reader.choice(f"{where}.supply_decay", block.get("supply_decay", kind), _DECAYS)
    else:
        _refuse_idle(reader, where, block, method, ("supply_decay",))
    if kind != "step":
        _refuse_idle(reader, where, block, method, ("supply_breaks", "supply_weights"))
        return Decay(kind=kind) if "supply_decay" in block else None
    if "supply_breaks" not in block and "supply_weights" not in block:
        return None
    breaks = _numbers(reader, f"{where}.supply_breaks", block.get("supply_breaks", []))
    weights = _numbers(reader, f"{where}.supply_weights", block.get("supply_weights", STEP_WEIGHTS))
    ends = (0.0, *breaks, float(block.get("limit_m", block.get("limit_minutes", "inf"))))
    counts = len(weights) == len(breaks) + 1 or ("supply_breaks" not in block and len(weights) > 0)
    falls = all(a >= b > 0 for a, b in zip((1.0, *weights), weights, strict=False))
    if not counts or not falls or not all(a < b for a, b in pairwise(ends)):
        reader.fail("study-supply-steps", where, f"{[*breaks]}, {[*weights]}")
    return Decay(breaks=breaks, weights=weights)


def _numbers(reader: Reader, key: str, values: object) -> tuple[float, ...]:
    if not isinstance(values, list | tuple) or not all(is_kind(one, NUMBER) for one in values):
        reader.fail("study-value-kind", key, values, wanted=f"{LIST}: [1, 0.68, 0.22]")
    return tuple(float(one) for one in values)


def _refuse_idle(
    reader: Reader, where: str, block: Mapping[str, Any], method: str, keys: tuple[str, ...]
) -> None:
    """Refuse keys that would change nothing."""
    for key in keys:
        if key in block:
            reader.fail("study-supply-idle", f"{where}.{key}", block[key], method=method)

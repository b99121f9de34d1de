"""Reading and checking a study file; no data file is opened."""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from gapmap.errors import StudyError
from gapmap.facilities import FacilitySource
from gapmap.findings import REPAIRS, fail, finding
from gapmap.network import MODES, NetworkSource
from gapmap.places import PlaceSource
from gapmap.region import DistrictSource, TownSource
from gapmap.studyfile.document import read_document
from gapmap.studyfile.grids import (
    check_surface_service,
    read_population,
    read_referrals,
    read_surface,
)
from gapmap.studyfile.keys import (
    ALIKE,
    DATUMS,
    KEYS,
    LANGUAGES,
    LIST,
    NEEDED,
    NUMBER,
    PARTS,
    TEXT,
    is_kind,
)
from gapmap.studyfile.sensitivity import read_sensitivity
from gapmap.studyfile.series import read_series
from gapmap.studyfile.siting import read_sharing, read_siting
from gapmap.studyfile.supply import SUPPLY_KEYS, read_supply
from gapmap.studyfile.typology import read_typology
from gapmap.studyfile.value import ServiceEntry, StudyFile
from gapmap.tables import clock
from gapmap.tables.local import refuse_odd, refuse_remote, refuse_virtual

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_study_file", "study_file_of"]


def read_study_file(path: Path) -> StudyFile:
    """Read and check a study file; no data file is opened.

    Raises
    ------
    StudyError
        Naming the file, the key, what stood there, the nearest known key, and what to do.
    """
    return study_file_of(_parse(path), path)


def study_file_of(raw: Mapping[str, Any], path: Path) -> StudyFile:
    """Check a study file that was parsed already, such as the copy that a run's manifest keeps.

    Parameters
    ----------
    raw
        What stood in it; dates may be texts.
    path
        Where it stands: its paths are relative to that.

    Raises
    ------
    StudyError
        As :func:`read_study_file`.
    """
    reader = Reader(path, _repair(path, raw))
    reader.known(raw, KEYS, "")
    for needed in ("study", "districts", "places"):
        if needed not in raw:
            reader.fail("study-block-missing", needed)
    for name in ("services", "siting", "sharing"):
        if not isinstance(raw.get(name, {}), dict):
            reader.fail("study-value-kind", name, raw[name], wanted=f"[{name}.ID]")
    study = reader.block("study", raw["study"])
    language = reader.choice("study.language", study.get("language", "zh"), LANGUAGES)
    records = {name: reader.block(name, raw[name]) for name in _RECORDS if name in raw}
    return StudyFile(
        path=path,
        name=str(study["name"]),
        date=reader.date("study.date", study["date"]),
        plan=str(study.get("plan", "")),
        credit=str(study.get("credit", "")),
        language=language,
        crs=str(study.get("crs", "auto")),
        seed=_seed(reader, study.get("seed", 1)),
        repair=reader.repair,
        districts=reader.districts(raw["districts"]),
        towns=reader.towns(raw["towns"]) if "towns" in raw else None,
        places=reader.places(raw["places"]),
        facilities=reader.facilities(raw.get("facilities", [])),
        network=reader.network(raw["network"]) if "network" in raw else None,
        services=tuple(reader.service(k, v, raw) for k, v in raw.get("services", {}).items()),
        siting=read_siting(reader, raw),
        sharing=read_sharing(reader, raw),
        records={name: reader.path(block["path"]) for name, block in records.items()},
        records_simulated=any(block.get("simulated") for block in records.values()),
        population=read_population(reader, raw),
        surface=read_surface(reader, raw),
        referrals=read_referrals(reader, raw),
        sensitivity=read_sensitivity(reader, raw),
        series=read_series(reader, raw),
        typology=read_typology(reader, raw),
        document=read_document(reader, raw),
        raw=raw,
    )


def _repair(path: Path, raw: Mapping[str, Any]) -> str:
    """Read how far inputs may be repaired; the blocks that follow hand it to their files."""
    study = raw.get("study")
    given = study.get("repair", "safe") if isinstance(study, dict) else "safe"
    return Reader(path).choice("study.repair", given, REPAIRS)


_NETWORK_FILES = ("osm", "lines", "ferries", "borders", "water")
_MOST_SEED = 2**31 - 1
_RECORDS = ("indicators", "certificates", "milestones")


def _parse(path: Path) -> dict[str, dict[str, Any]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except IsADirectoryError:
        return _parse(path / "study.toml")
    except OSError:
        fail(finding("study-missing", file=str(path)), StudyError)
    except UnicodeDecodeError as error:
        fail(finding("study-not-utf8", file=path.name, byte=error.start), StudyError)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        fail(finding("study-not-toml", file=path.name, problem=error), StudyError)


def _seed(reader: Reader, have: float) -> int:
    if have != int(have) or not 0 <= have <= _MOST_SEED:
        wanted = f"0, 1, 2 ... {_MOST_SEED}"
        reader.fail("study-value-kind", "study.seed", have, wanted=wanted)
    return int(have)


@dataclass(frozen=True, slots=True)
class Reader:
    """Checks one study file and knows where its relative paths start."""

    file: Path
    repair: str = "safe"

    def fail(self, code: str, key: str, value: object = "", **facts: Any) -> NoReturn:  # noqa: ANN401 - facts of any kind fill the words
        fail(
            finding(code, file=self.file.name, field=key, value=value, key=key, **facts), StudyError
        )

    def path(self, written: object) -> Path:
        """Give the file that a path names; one that is no local file is refused here for all."""
        refuse_remote(str(written), self.file.name, StudyError)
        try:
            path = (self.file.parent / str(written)).resolve()
        except (OSError, ValueError, RuntimeError) as error:
            fail(finding("file-not-plain", file=self.file.name, value=error), StudyError)
        refuse_virtual(path, self.file.name, StudyError)
        refuse_odd(path, self.file.name, StudyError)
        return path

    def known(self, have: Mapping[str, Any], keys: Mapping[str, Any], where: str) -> None:
        for key in have:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1, cutoff=0.0)
                self.fail("study-key-unknown", f"{where}{key}", nearest=near[0])

    def block(self, name: str, have: object, *, where: str = "") -> dict[str, Any]:
        """Check a block's keys and the kinds of its values."""
        shown = where or name
        if not isinstance(have, dict):
            self.fail("study-value-kind", shown, have, wanted="[table]")
        kinds = KEYS[name] if name in KEYS else PARTS[name]
        self.known(have, kinds, f"{shown}.")
        for key in NEEDED.get(name, ()):
            if key not in have:
                self.fail("study-key-missing", f"{shown}.{key}")
        for key, value in have.items():
            if not is_kind(value, kinds[key]):
                self.fail("study-value-kind", f"{shown}.{key}", value, wanted=kinds[key])
        return have

    def choice(self, key: str, value: object, choices: tuple[str, ...]) -> str:
        if value not in choices:
            self.fail("study-choice", key, value, choices=", ".join(choices))
        return str(value)

    def date(self, key: str, value: object) -> dt.date:
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail("study-date", key, value)

    def time(self, key: str, value: object) -> dt.time:
        """Read a time of day, written as TOML's own or as text."""
        read = value if isinstance(value, dt.time) else clock(str(value))
        if read is None:
            self.fail("study-time", key, value)
        return read.replace(second=0, microsecond=0)

    def datum(self, key: str, block: dict[str, Any]) -> str:
        value = str(block.get("datum", "auto"))
        if not value.upper().startswith("EPSG:"):
            self.choice(key, value, (*DATUMS, "EPSG:nnnn"))
        return value

    def several(self, key: str, values: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        """Read a table of lists, such as groups.west = ["440403"]; one text counts as a list."""
        told: dict[str, tuple[str, ...]] = {}
        for name, entries in dict(values).items():
            listed = entries if isinstance(entries, list) else [entries]
            if not all(isinstance(entry, str | int) for entry in listed):
                self.fail("study-value-kind", f"{key}.{name}", entries, wanted=LIST)
            told[name] = tuple(str(entry) for entry in listed)
        return told

    def districts(self, have: object) -> DistrictSource:
        block = self.block("districts", have)
        groups = self.several("districts.groups", block.get("groups", {}))
        return DistrictSource(
            **self.plain(block, "path", "groups", "datum"),
            repair=self.repair,
            path=self.path(block["path"]),
            groups=groups,
            datum=self.datum("districts.datum", block),
        )

    def towns(self, have: object) -> TownSource:
        block = self.block("towns", have)
        return TownSource(
            **self.plain(block, "path", "datum"),
            repair=self.repair,
            path=self.path(block["path"]),
            datum=self.datum("towns.datum", block),
        )

    def places(self, have: object) -> PlaceSource:
        block = self.block("places", have)
        self._both("places", block)
        settings = self.several("places.setting_values", block.get("setting_values", {}))
        self.known(settings, {"urban": 0, "rural": 0}, "places.setting_values.")
        return PlaceSource(
            **self.plain(block, "path", "setting_values", "group_people", "datum", "position_m"),
            repair=self.repair,
            path=self.path(block["path"]),
            setting_values=settings,
            group_people=self._texts("places.group_people", block),
            datum=self.datum("places.datum", block),
        )

    def facilities(self, have: object) -> tuple[FacilitySource, ...]:
        if not isinstance(have, list):
            self.fail("study-value-kind", "facilities", have, wanted="[[facilities]]")
        return tuple(self._facility(n, block) for n, block in enumerate(have, start=1))

    def _facility(self, number: int, have: dict[str, Any]) -> FacilitySource:
        where = f"facilities[{number}]"
        attributes = self._attributes(where, have)
        block = self.block(
            "facilities", {k: v for k, v in have.items() if k not in attributes}, where=where
        )
        self._both(where, block)
        self.positive(where, block, "presence_m")
        if ("service" in block) == ("service_column" in block):
            self.fail("study-service-once", where)
        if "service_column" in block and "service_values" not in block:
            self.fail("study-key-missing", f"{where}.service_values")
        require = {str(k): str(v) for k, v in dict(block.get("require", {})).items()}
        values = self.several(f"{where}.service_values", block.get("service_values", {}))
        return FacilitySource(
            **self.plain(block, "path", "service_values", "require", "datum", "position_m"),
            repair=self.repair,
            path=self.path(block["path"]),
            service_values=values,
            attributes=attributes,
            require=require,
            datum=self.datum(f"{where}.datum", block),
        )

    def _attributes(self, where: str, have: dict[str, Any]) -> dict[str, str]:
        """Take the keys that name further attributes; one that looks like a slip is an error."""
        known = KEYS["facilities"]
        told = {}
        for key, value in have.items():
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1, cutoff=ALIKE)
            if near or not isinstance(value, str):
                nearest = near or difflib.get_close_matches(key, known, n=1, cutoff=0.0)
                self.fail("study-key-unknown", f"{where}.{key}", nearest=nearest[0])
            told[key] = value
        return told

    def network(self, have: object) -> NetworkSource:
        block = self.block("network", have)
        if ("osm" in block) == ("lines" in block):
            self.fail("study-network-once", "network")
        speeds = dict(block.get("speeds", {}))
        for name, speed in speeds.items():
            if not is_kind(speed, NUMBER) or speed <= 0:
                self.fail("study-positive", f"network.speeds.{name}", speed)
        self.positive("network", block, "snap_m")
        if block.get("compare_borders") and "borders" not in block:
            self.fail("study-key-missing", "network.borders")
        files: dict[str, Any] = {k: self.path(block[k]) for k in _NETWORK_FILES if k in block}
        return NetworkSource(
            **self.plain(block, *files, "speeds", "datum", "depart"),
            repair=self.repair,
            **files,
            depart=self.time("network.depart", block["depart"]) if "depart" in block else None,
            speeds=speeds,
            datum=self.datum("network.datum", block),
        )

    def service(self, name: str, have: object, raw: Mapping[str, Any]) -> ServiceEntry:
        where = f"services.{name}"
        block = self.block("services", have, where=where)
        self.choice(f"{where}.mode", block["mode"], (*MODES, "straight", "surface"))
        check_surface_service(self, where, block, raw)
        if "limit_m" in block and "limit_minutes" in block:
            self.fail("study-limit-once", where)
        amounts = ("limit_m", "limit_minutes", "speed_kmh", "people_per_capacity")
        self.positive(where, block, *amounts)
        if not 0 <= float(block.get("bottom_line", 0)) <= 1:
            self.fail("study-share", f"{where}.bottom_line", block["bottom_line"])
        names = self._texts(f"{where}.name", block, "name")
        self.known(names, dict.fromkeys(LANGUAGES), f"{where}.name.")
        told = self.plain(block, "name", *SUPPLY_KEYS)
        supply = read_supply(self, where, block, raw)
        both = {k: names.get(k, name) for k in LANGUAGES}
        return ServiceEntry(**told, id=name, name=both, supply=supply)

    def choices(
        self, where: str, block: Mapping[str, Any], known: Mapping[str, tuple[str, ...]]
    ) -> None:
        """Check the keys of a block that take one of a few words."""
        for key, words in known.items():
            if key in block:
                self.choice(f"{where}.{key}", block[key], words)

    def plain(self, block: dict[str, Any], *but: str) -> dict[str, Any]:
        return {key: value for key, value in block.items() if key not in but}

    def _texts(self, where: str, block: dict[str, Any], key: str = "") -> dict[str, str]:
        table = dict(block.get(key or where.rsplit(".", 1)[1], {}))
        for name, value in table.items():
            if not isinstance(value, str):
                self.fail("study-value-kind", f"{where}.{name}", value, wanted=TEXT)
        return table

    def _both(self, where: str, block: dict[str, Any]) -> None:
        for one, other in (("x", "y"), ("y", "x")):
            if one in block and other not in block:
                self.fail("study-key-missing", f"{where}.{other}")

    def positive(self, where: str, block: dict[str, Any], *keys: str) -> None:
        for key in keys:
            if key in block and float(str(block[key])) <= 0:
                self.fail("study-positive", f"{where}.{key}", block[key])

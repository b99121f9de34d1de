"""The files that a study names, with size and SHA-256, and the title block made of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import gapmap
from gapmap.about import About, InputFile
from gapmap.errors import InputError
from gapmap.studyfile import candidate_path, read_study_file
from gapmap.tables.vectorfile import SHAPEFILE_PARTS, on_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapmap.plan import Plan
    from gapmap.region import Region
    from gapmap.studyfile import CandidateEntry, StudyFile

__all__ = [
    "about_study",
    "candidate_file",
    "input_files",
    "input_paths",
    "named_files",
    "study_path",
]


def study_path(path: str | Path) -> Path:
    """Give the study file, also where its folder was named."""
    given = Path(path)
    return given / "study.toml" if given.is_dir() else given


def about_study(file: StudyFile, plan: Plan | None, region: Region) -> About:
    """Make the title block: name, date, plan, CRS, and every input with its hash."""
    inputs = input_files(file)
    return About(
        name=file.name,
        date=file.date,
        plan=(plan.name.get(file.language, plan.id) if plan else ""),
        language=file.language,
        simulated=tuple(dict.fromkeys(one.name for one in inputs if one.simulated)),
        crs=_crs_name(region),
        version=gapmap.__version__,
        inputs=inputs,
        credit=file.credit,
        document=file.document,
    )


def _crs_name(region: Region) -> str:
    code = region.crs.to_epsg()
    return f"EPSG:{code}" if code else str(region.crs.name)


def candidate_file(file: StudyFile, entry: CandidateEntry) -> Path | None:
    """Give the file that holds candidates; None where a word names them."""
    return candidate_path(file.path, entry.candidates)


def named_files(file: StudyFile) -> list[tuple[str, Path, bool]]:
    """List every file that the study names: its role, its path, whether it is simulated."""
    named: list[tuple[str, Path, bool]] = [("study", file.path, False)]
    named.append(("districts", file.districts.path, file.districts.simulated))
    if file.towns:
        named.append(("towns", file.towns.path, file.towns.simulated))
    named.append(("places", file.places.path, file.places.simulated))
    named += [("facilities", one.path, one.simulated) for one in file.facilities]
    if file.network:
        source = file.network
        files = (source.osm, source.lines, source.ferries, source.borders, source.water)
        for path in files:
            if path is not None:
                named.append(("network", path, source.simulated))
    if file.population:
        named.append(("population", file.population.raster, file.population.simulated))
    if file.surface:
        rasters = {
            "land cover": file.surface.land_cover,
            "speeds": file.surface.speeds,
            "dem": file.surface.dem,
            "barriers": file.surface.barriers,
        }
        named += [(role, path, file.surface.simulated) for role, path in rasters.items() if path]
    named += [(name, path, file.records_simulated) for name, path in file.records.items()]
    for entry in (*file.siting, *file.sharing):
        named += _of_candidates(file, entry)
    plan = file.path.parent / file.plan
    if file.plan and plan.is_file():
        named.append(("plan", plan, False))
    return [(role, part, simulated) for role, path, simulated in named for part in _parts(path)]


def _of_candidates(file: StudyFile, entry: CandidateEntry) -> Iterator[tuple[str, Path, bool]]:
    path, rules = candidate_file(file, entry), entry.rules
    if path is not None:
        yield "candidates", path, entry.simulated
    for area in (*rules.suitable, *rules.exclude):
        yield "candidate areas", area.path, area.simulated
    dem = file.surface.dem if file.surface else None
    if rules.slope is not None and rules.slope != dem:
        yield "dem", rules.slope, entry.simulated


def input_paths(study: Path) -> tuple[Path, ...]:
    """List the files of a study that no output may replace; the study file alone if it is bad."""
    path = study_path(study)
    try:
        return tuple(one for _, one, _ in named_files(read_study_file(path)))
    except InputError:
        return (path,)


def input_files(file: StudyFile) -> tuple[InputFile, ...]:
    """List every file that the study names and that is there, with size and SHA-256.

    What is missing or a folder was told where it had to be read; a check goes on without it.
    """
    return tuple(
        _input(file, role, path, simulated)
        for role, path, simulated in named_files(file)
        if path.is_file()
    )


def _parts(path: Path) -> list[Path]:
    """Give a file and, for a shapefile, the files beside it that belong to it."""
    if path.suffix.lower() != ".shp" or not path.is_file():
        return [path]
    parts = on_disk(path).parts
    return [Path(str(parts[side])) for side in SHAPEFILE_PARTS if side in parts]


def _input(file: StudyFile, role: str, path: Path, simulated: bool) -> InputFile:  # noqa: FBT001 - a field of the row
    home = file.path.parent.resolve()
    resolved = path.resolve()
    name = str(resolved.relative_to(home)) if resolved.is_relative_to(home) else path.name
    with resolved.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return InputFile(
        name=name,
        role=role,
        size_bytes=resolved.stat().st_size,
        sha256=digest,
        simulated=simulated,
    )

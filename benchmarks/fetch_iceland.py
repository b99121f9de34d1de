"""Fetch the OpenStreetMap extract of Iceland for the benchmark ``osm_read``; 57 MB.

``python -m benchmarks.fetch_iceland`` downloads the source archive of the package gostnets, which
has the extract among its tutorials, with pip, and puts ``benchmarks/data/iceland.osm.pbf`` (37 MB,
git-ignored). The data are (c) OpenStreetMap contributors, ODbL 1.0; nothing of them is shipped.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from benchmarks.bench_osm import ICELAND

ARCHIVE = "gostnets==1.2.1"
INSIDE = "docs/tutorials/tutorial_data/iceland-latest.osm.pbf"
SHA256 = "19fe59138659d032300d3abfc2018bd90582cac03fbe3984ee75209479fe9af6"


def fetch(target: Path = ICELAND) -> Path:
    """Download, take the extract out, check it; nothing is done where it is already there."""
    if target.exists():
        return target
    with tempfile.TemporaryDirectory() as folder:
        wanted = ["--no-deps", "--no-binary", "gostnets", "--dest", folder, ARCHIVE]
        subprocess.run(  # noqa: S603 - pip with our own words
            [sys.executable, "-m", "pip", "--quiet", "download", *wanted], check=True
        )
        (archive,) = Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as opened:
            (member,) = (one for one in opened.getmembers() if one.name.endswith(INSIDE))
            taken = Path(folder) / "iceland.osm.pbf"
            with opened.extractfile(member) as stream, taken.open("wb") as written:
                shutil.copyfileobj(stream, written)
        with taken.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != SHA256:
            sys.exit(f"{ARCHIVE} holds another extract ({found}); nothing was written")
        target.parent.mkdir(exist_ok=True)
        shutil.move(taken, target)
    return target


if __name__ == "__main__":
    print(fetch())

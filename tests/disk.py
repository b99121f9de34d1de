"""A disk that fails or a process that dies at the n-th write: the driver of ``disk.c``."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FULL, ONCE, KILLED = 0, 1, 2


def compiled(folder: Path) -> Path | None:
    """Compile ``disk.c``; None where there is no Linux or no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    library = folder / "disk.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", library, HERE / "disk.c", "-ldl"]
    subprocess.run(command, check=True)
    return library


def whole(folder: Path) -> bool:
    """Say whether every file that the manifest lists is there with its sum, and no other."""
    told = json.loads((folder / "run.json").read_text("utf8"))["files"]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    return there == {*told, "run.json"} and all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == facts["sha256"]
        for name, facts in told.items()
    )


def content(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def spread(total: int, points: int) -> list[int]:
    """Give so many numbers from 1 to ``total``, the first and the last among them."""
    step = (total - 1) / (points - 1)
    return sorted({round(1 + step * number) for number in range(points)})


def main(out: Path, mode: int, points: int) -> None:
    """Write a run again and again while the disk fails; tell what came of it as JSON lines.

    The first line has the number of writes; each further one the write that failed, the error's
    class and text, and whether the folder and its neighbours were as before.
    """
    import toy_results  # noqa: PLC0415 - heavy; the parent needs only the functions above

    from gapmap.errors import OutputError  # noqa: PLC0415
    from gapmap.outputs import write_run  # noqa: PLC0415

    disk = ctypes.CDLL(None)
    results = toy_results.results()
    below = os.fsencode(out.parent)
    write_run(results, out)
    disk.disk_set(below, 0, FULL)
    write_run(results, out)
    total = disk.disk_count()
    disk.disk_set(b"", 0, FULL)
    layers = (out / "results.gpkg").read_bytes()
    tell({"writes": total})
    for number in spread(total, points):
        before = content(out.parent)
        disk.disk_set(below, number, mode)
        said = {"at": number, "kind": "", "text": ""}
        try:
            write_run(results, out)
        except OutputError as error:
            said |= {"kind": "OutputError", "text": error.text("zh")}
        except BaseException as error:  # noqa: BLE001 - that is the question
            said |= {"kind": type(error).__name__, "text": str(error)}
        disk.disk_set(b"", 0, FULL)
        complete = whole(out) and (out / "results.gpkg").read_bytes() == layers
        tell({**said, "same": content(out.parent) == before, "whole": complete})


def tell(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))

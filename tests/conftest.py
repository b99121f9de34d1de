"""Settings of the whole test suite."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

# A slow machine is no defect, so examples have no deadline. CI draws the same ones every time, so
# few are enough there: new ones are drawn on developers' machines.
settings.register_profile(
    "default", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, max_examples=20)
settings.load_profile("ci" if os.environ.get("CI") else "default")

LONGEST_FIRST = (
    "test_outputs_survive.py",
    "test_outputs_rasters.py",
    "test_hills.py",
    "test_network_real.py",
    "test_cli.py",
    "test_outputs_folder.py",
    "test_report_whatif.py",
    "test_report_whatif_page.py",
    "test_report_whatif_dates.py",
    "test_report_whatif_plans.py",
    "test_benchmarks.py",
    "test_siting.py",
    "test_surface_flat.py",
    "test_westfjords.py",
    "test_zhuhai_data.py",
    "test_programme.py",
    "test_location.py",
    "test_notebooks.py",
    "test_network_kernels.py",
    "test_report_page.py",
    "test_siting_candidates.py",
    "test_siting_explained.py",
    "test_comparing.py",
    "test_location_constrained.py",
    "test_siting_sharing.py",
    "test_report_grids.py",
    "test_report_findings.py",
)
"""Files by the processor seconds that they took, the dearest first (measured)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the longest files: a worker that got one of them last would leave others idle."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))

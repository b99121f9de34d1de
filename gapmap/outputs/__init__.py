"""Outputs: every file that a run leaves, described in ``docs/outputs.md``.

Tables as CSV and XLSX, layers with styles as a GeoPackage, figures, the report, documents for paper
and the manifest; all of them at once at the end, or none.
"""

from gapmap.outputs.figures import write_causes
from gapmap.outputs.paper import Papers, check_papers
from gapmap.outputs.place import check_file, check_table, reserved
from gapmap.outputs.results import Results
from gapmap.outputs.writing import write_reserved, write_run, write_table

__all__ = [
    "Papers",
    "Results",
    "check_file",
    "check_papers",
    "check_table",
    "reserved",
    "write_causes",
    "write_reserved",
    "write_run",
    "write_table",
]

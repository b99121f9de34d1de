"""The study file: one TOML that names all inputs, read and checked before any data is opened."""

from gapmap.studyfile.reading import read_study_file, study_file_of
from gapmap.studyfile.value import SensitivityEntry, ServiceEntry, SitingEntry, StudyFile

__all__ = [
    "SensitivityEntry",
    "ServiceEntry",
    "SitingEntry",
    "StudyFile",
    "read_study_file",
    "study_file_of",
]

"""The study file: one TOML that names all inputs, read and checked before any data is opened."""

from gapmap.studyfile.reading import read_study_file, study_file_of
from gapmap.studyfile.siting import candidate_path
from gapmap.studyfile.value import (
    CandidateEntry,
    SensitivityEntry,
    ServiceEntry,
    SharingEntry,
    SitingEntry,
    StudyFile,
)

__all__ = [
    "CandidateEntry",
    "SensitivityEntry",
    "ServiceEntry",
    "SharingEntry",
    "SitingEntry",
    "StudyFile",
    "candidate_path",
    "read_study_file",
    "study_file_of",
]

"""How kernels are compiled."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from numba import njit

__all__ = ["compiled"]

_log = logging.getLogger(__name__)
_Function = TypeVar("_Function", bound=Callable[..., object])


def compiled(function: _Function) -> _Function:
    """Compile at the first call, keep the machine code on disk, let other threads run meanwhile.

    Not with ``fastmath``, which takes infinity for a number like any other. The code on disk is
    made anew when the function's own file changes; a kernel that calls another in some other
    file has to be touched, too, when that one changes. Where neither the package's folder nor the
    user's cache can be written, every run compiles for itself.
    """
    made: _Function
    try:
        made = njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # numba finds no place for its cache
        _log.info("%s is compiled anew in each run: no cache can be written", function.__name__)
        made = njit(nogil=True, error_model="numpy")(function)
    return made

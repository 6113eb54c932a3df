"""Equilibria from Python: Ising problems, Boltzmann samples, relaxations and trainings.

Every function starts the program `equilibria` and reads what it writes; nothing is computed here. The program is the one that
the environment variable EQUILIBRIA names, or else the first of that name on PATH.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import (
    DiskError,
    Diverged,
    EquilibriaError,
    InputError,
    NotConverged,
    ProgramNotFound,
    Stopped,
    UsageError,
)
from .program import find_program, version
from .relaxation import Relaxation, relax
from .runs import Run
from .sampling import sample
from .training import Job, train

if TYPE_CHECKING:
    from .sampler import EquilibriaSampler

__all__ = [
    "DiskError",
    "Diverged",
    "EquilibriaError",
    "EquilibriaSampler",
    "InputError",
    "Job",
    "NotConverged",
    "ProgramNotFound",
    "Relaxation",
    "Run",
    "Stopped",
    "UsageError",
    "find_program",
    "relax",
    "sample",
    "train",
    "version",
]


def __getattr__(name: str) -> Any:
    """EquilibriaSampler is a class of dimod's, which is imported only when the sampler is asked for."""
    if name == "EquilibriaSampler":
        from .sampler import EquilibriaSampler

        return EquilibriaSampler
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

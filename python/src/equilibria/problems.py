"""Ising problems between Python and the program.

A dimod model travels as JSON in dimod's schema 3, whose signs, offset and kind of variables the program keeps: numbers are
written with all their digits, and variables as 0 … N − 1, whatever their labels.
"""

from __future__ import annotations

import json
import os
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Problem:
    """A problem as the program takes it.

    word: the file's path, or a problem to be drawn, as `torus:8x8`.
    labels: of the variables in the order of the program; None for those of a file, which are counted from 0.
    binary: whether the variables of a model are 0 and 1; None if the program decides, by the file.
    """

    word: str
    labels: Sequence[Hashable] | None = None
    binary: bool | None = None

    def state(self, values: Mapping[Any, int] | Sequence[int]) -> list[int]:
        """A value for each variable, in the program's order."""
        if not isinstance(values, Mapping):
            return [int(value) for value in values]
        labels = range(len(values)) if self.labels is None else self.labels
        missing = [label for label in labels if label not in values]
        if missing:
            raise ValueError(f"the state has no value of variable {missing[0]!r}, expected one for each of {len(labels)}")
        return [int(values[label]) for label in labels]

    def index(self, label: Any) -> int:
        """The program's number of a variable."""
        if self.labels is None:
            return int(label)
        try:
            return list(self.labels).index(label)
        except ValueError:
            raise ValueError(f"the model has no variable {label!r}") from None


def is_model(problem: object) -> bool:
    """Whether it is a binary quadratic model, by what is needed of one."""
    return all(hasattr(problem, name) for name in ("linear", "quadratic", "offset", "vartype"))


def problem_of(problem: Any, folder: Path) -> Problem:
    """A path, a problem to be drawn, or a model, which is written into the folder."""
    if isinstance(problem, str | os.PathLike):
        return Problem(os.fspath(problem))
    if not is_model(problem):
        raise TypeError(
            f"found a problem of type {type(problem).__name__}, expected a path, a word such as 'torus:8x8', or a dimod model"
        )
    labels = list(problem.linear)
    places = {label: place for place, label in enumerate(labels)}
    pairs = [(places[one], places[other], float(bias)) for (one, other), bias in problem.quadratic.items()]
    kind = problem.vartype.name
    document = {
        "type": "BinaryQuadraticModel",
        "variable_type": kind,
        "offset": float(problem.offset),
        "linear_biases": [float(problem.linear[label]) for label in labels],
        "quadratic_head": [head for head, _, _ in pairs],
        "quadratic_tail": [tail for _, tail, _ in pairs],
        "quadratic_biases": [bias for _, _, bias in pairs],
    }
    path = folder / "model.bqm"
    path.write_text(json.dumps(document))
    return Problem(str(path), labels, kind == "BINARY")


def write_state(state: Sequence[int], path: Path) -> Path:
    """A state, one variable a line."""
    path.write_text("".join(f"{value}\n" for value in state))
    return path

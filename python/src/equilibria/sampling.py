"""Boltzmann samples of an Ising problem by `equilibria sample`, as ArviZ data."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .errors import require
from .problems import Problem, problem_of, write_state
from .program import run


def sample(
    problem: Any,
    temperatures: float | str | Sequence[float],
    *,
    draws: int = 1000,
    chains: int = 8,
    rounds: int | None = None,
    sweeps: int | None = None,
    burn_in: int | None = None,
    every: int | None = None,
    free_energy: bool = False,
    clamp: Mapping[Any, int] | None = None,
    initial: str | Mapping[Any, int] | None = None,
    kind: str | None = None,
    format: str | None = None,
    seed: int = 1,
    ranks: int = 1,
) -> Any:
    """Samples p(s) = exp(−E(s)/T)/Z and returns arviz.InferenceData. docs/guide/sample.md describes the options.

    problem: a path, a problem to be drawn ("torus:8x8"), or a dimod model.
    temperatures: a number, numbers that stay, or a ladder that adapts ("0.5:2:16").
    draws: states kept of each chain at each temperature, evenly over its measured sweeps. chains: independent ladders.
    clamp: variables that are held, with their values. initial: "random", "up", or a state.
    kind, format: `--problem` and `--format`, for files.

    The group `posterior` has `energy` (chain, draw, temperature) and `state` (chain, draw, temperature, variable): −1 and 1, or
    0 and 1 of binary variables. Temperatures ascend. `attrs["result"]` is the program's JSON text, with averages, errors and
    diagnostics of all measured sweeps; `attrs["converged"]` its verdict, 1 or 0. Where it is 0, a warning says what is missing.

    Raises EquilibriaError with the program's message.
    """
    arviz = require("arviz", "arviz", "sample")
    with tempfile.TemporaryDirectory(prefix="equilibria-") as name:
        folder = Path(name)
        asked = problem_of(problem, folder)
        options = {
            "--problem": kind,
            "--format": format,
            "--chains": chains,
            "--rounds": rounds,
            "--sweeps": sweeps,
            "--burn-in": burn_in,
            "--every": every,
            "--samples": draws * chains,
            "--seed": seed,
            "--clamp": None if clamp is None else _write_clamps(clamp, asked, folder / "clamp.txt"),
            "--initial": _initial(initial, asked, folder / "initial.txt"),
            "--output": folder / "states.npz",
        }
        words = [f"{option}={value}" for option, value in options.items() if value is not None]
        words += ["--free-energy"] if free_energy else []
        result = run(["sample", asked.word, "--json", *_ladder(temperatures), *words], ranks).json
        with np.load(folder / "states.npz") as states:
            energy, packed, ladder = states["energy"], states["spins"], states["temperatures"]
    for warning in result["warnings"]:
        warnings.warn(f"equilibria sample: {warning}", stacklevel=2)
    up = np.unpackbits(packed, axis=-1, count=result["spinCount"], bitorder="little").astype(np.int8)
    is_binary = result["problem"] == "qubo" if asked.binary is None else asked.binary
    return arviz.from_dict(
        posterior={
            "energy": np.moveaxis(energy, 0, 2),
            "state": np.moveaxis(up if is_binary else 2 * up - 1, 0, 2),
        },
        coords={"temperature": ladder, "variable": _coordinates(asked.labels, result["spinCount"])},
        dims={"energy": ["temperature"], "state": ["temperature", "variable"]},
        attrs={"result": json.dumps(result), "converged": int(result["converged"])},
    )


def _ladder(temperatures: float | str | Sequence[float]) -> list[str]:
    if isinstance(temperatures, str):
        return [f"--temperatures={temperatures}"]
    found = [float(temperature) for temperature in np.atleast_1d(temperatures)]
    if len(found) == 1:
        return [f"--temperature={found[0]!r}"]
    return [f"--temperatures={','.join(map(repr, found))}"]


def _write_clamps(clamp: Mapping[Any, int], problem: Problem, path: Path) -> Path:
    path.write_text("".join(f"{problem.index(label)} {value}\n" for label, value in clamp.items()))
    return path


def _initial(initial: str | Mapping[Any, int] | None, problem: Problem, path: Path) -> str | Path | None:
    return write_state(problem.state(initial), path) if isinstance(initial, Mapping) else initial


def _coordinates(labels: Sequence[Any] | None, count: int) -> list[Any]:
    """The labels, which as coordinates must be of one kind: as text, unless all are whole numbers or all are text."""
    if labels is None:
        return list(range(count))
    if all(isinstance(label, int) for label in labels):
        return list(labels)
    return [str(label) for label in labels]

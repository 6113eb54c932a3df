"""States and gradients of a network with given weights, by `equilibria relax`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from .configuration import Path_, file_of, settings
from .program import run

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Relaxation:
    """What `relax` computed; docs/guide/relax-format.md has the equations.

    States are by layer, (B, C, H, W), of a dense layer (B, units); energies (sweeps, B); gradients by the names of their
    weights, means over the batch. Without labels there is only the free phase.
    """

    free: dict[str, Array]
    """States at the end of the free phase."""
    nudged: list[dict[str, Array]]
    """States at the end of each nudged phase."""
    kept: dict[str, Array]
    """Of one-sided estimators: states that kept relaxing freely beside the nudged ones."""
    response: dict[str, Array]
    """Of the linear response: its states, in the place of nudged ones."""
    gradient: dict[str, Array]
    """The gradient by equilibrium propagation: `<layer>.<from>.weight`, `<layer>.bias`."""
    energy_free: Array
    """F after each sweep of the free phase."""
    energy_nudged: list[Array]
    """F after each sweep of each nudged phase."""
    energy_kept: Array | None
    nudges: list[float]
    """β of each nudged phase."""
    residual_free: Array
    """The residual of each sample after the free phase."""
    metadata: dict[str, str]
    """All metadata of the output file."""


def relax(
    config: Path_ | Mapping[str, Any],
    weights: Path_ | Mapping[str, ArrayLike],
    x: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
    ranks: int = 1,
) -> Relaxation:
    """Relaxes a network freely and, with labels, nudged.

    config: a YAML file, or its content as a mapping.
    weights: a safetensors file or checkpoint, or arrays by name, as `Run.weights()` gives them.
    x: inputs (B, C, H, W), already normalised. labels: the correct classes (B).
    overrides: keys of the configuration with values, `{"learning.nudge": 0.1}`.

    The program computes in float32. Raises EquilibriaError with its message.
    """
    with tempfile.TemporaryDirectory(prefix="equilibria-") as name:
        folder = Path(name)
        given = {"x": _contiguous(x, np.float32)}
        if labels is not None:
            given["labels"] = _labels(labels)
        save_file(given, folder / "input.safetensors")
        words: list[Path_] = [
            "--input",
            folder / "input.safetensors",
            "--output",
            folder / "output.safetensors",
            *settings(overrides),
        ]
        config_file, weight_file = file_of(config, folder), _weight_file(weights, folder)
        run(["relax", config_file, "--weights", weight_file, *words], ranks)
        with safe_open(folder / "output.safetensors", "numpy") as file:
            return _relaxation({name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {})  # noqa: SIM118


def _relaxation(tensors: Mapping[str, Array], metadata: dict[str, str]) -> Relaxation:
    def below(prefix: str) -> dict[str, Array]:
        return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}

    nudges = _numbers(metadata.get("nudges", ""))
    return Relaxation(
        free=below("free."),
        nudged=[below(f"nudged.{phase}.") for phase in range(len(nudges))],
        kept=below("kept."),
        response=below("response."),
        gradient=below("gradient."),
        energy_free=tensors["energy.free"],
        energy_nudged=[tensors[f"energy.nudged.{phase}"] for phase in range(len(nudges))],
        energy_kept=tensors.get("energy.kept"),
        nudges=nudges,
        residual_free=np.array(_numbers(metadata.get("residual.free", ""))),
        metadata=metadata,
    )


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")] if text else []


def _contiguous(values: ArrayLike, kind: type[np.generic]) -> Array:
    """safetensors writes the memory of an array as it lies."""
    return np.array(values, dtype=kind, order="C")


def _labels(labels: ArrayLike) -> Array:
    found = np.asarray(labels)
    if not np.issubdtype(found.dtype, np.integer):
        raise TypeError(f"labels are of type {found.dtype}, expected whole numbers, one a sample")
    return _contiguous(found, np.int64)


def _weight_file(weights: Path_ | Mapping[str, ArrayLike], folder: Path) -> Path_:
    if isinstance(weights, str | os.PathLike):
        return weights
    path = folder / "weights.safetensors"
    save_file({name: _contiguous(values, np.float32) for name, values in weights.items()}, path)
    return path

"""The reference in float64 (scripts/reference), and the files that it shares with `equilibria relax` (docs: files of `relax`)."""

import sys
from pathlib import Path

import numpy as np

from jobs import ROOT

sys.path.insert(0, str(ROOT / "scripts/reference"))

import description
import files
from compare import relative_difference
from learning import loss, run_step
from make_case import make_parameters, make_samples
from network import Network
from training import Optimiser, train

__all__ = [
    "Network",
    "Optimiser",
    "description",
    "loss",
    "make_case",
    "make_parameters",
    "reference_results",
    "relative_difference",
    "train",
]


def make_case(configuration: Path, folder: Path, batch: int = 4, seed: int = 1) -> list[str | Path]:
    """Random weights and labelled inputs as options of `relax`; the files are `weights` and `input` in the folder."""
    settings = description.load(configuration)
    generator = np.random.default_rng(seed)
    files.write_tensors(folder / "weights", make_parameters(settings, generator))
    files.write_tensors(folder / "input", make_samples(settings, generator, batch))
    return ["--weights", folder / "weights", "--input", folder / "input"]


def reference_results(configuration: Path, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """What the reference makes of the case in the folder: tensors and metadata."""
    x, labels = files.read_inputs(folder / "input")
    settings = description.load(configuration, x.shape[1:])
    network = Network(settings, files.read_weights(folder / "weights", settings))
    step = run_step(network, x, labels)
    return files.step_tensors(network, step), files.step_metadata(network, step)

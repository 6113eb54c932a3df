"""Ten steps of a training against the reference in float64: every weight after the last step, and the loss there."""

import gzip
import math

import numpy as np
import pytest
import yaml
from safetensors.numpy import load_file, save_file

from reference import Network, Optimiser, description, loss, make_parameters, relative_difference, train
from runs import Run

IMAGES, SIDE, STEPS = 24, 28, 10
MEAN, DEVIATION = 0.4, 0.3
# The program computes in float32. Weights are compared relative to the greatest of their tensor.
LOSS, WEIGHTS = 1e-4, 1e-3

CONFIGURATION = f"""
name: steps
data:
  name: mnist
  folder: FOLDER
  normalisation: {{mean: [{MEAN}], deviation: [{DEVIATION}]}}
network:
  layers:
    - {{name: conv1, channels: 4, kernel: 5, stride: 2, padding: 0, pool: max, gain: 1.0}}
    - {{name: conv2, channels: 6, kernel: 3, padding: 1, pool: max, gain: 1.0}}
    - {{name: output, units: 10, gain: 0.8}}
relaxation:
  order: sequential
  free: {{sweeps: 20, tolerance: 0}}
  nudged: {{sweeps: 6, tolerance: 0}}
learning:
  nudge: 0.3
  epochs: {STEPS}
  batch: {{size: {IMAGES}, shard: 4}}
run:
  checkpoint: {{epochs: {STEPS}}}
  evaluation: {{sweeps: 20, tolerance: 0}}
"""

# What each case adds to the section `learning` (and to `network`), and the factor of the schedule at each step.
ONES = [1.0] * STEPS
COSINE = [(1 + math.cos(math.pi * (step - 2) / (STEPS - 2))) / 2 if step >= 2 else step / 2 for step in range(STEPS)]
CASES = {
    "sgd-nesterov-clipped": (
        {"optimiser": {"kind": "sgd", "learningRate": 0.05, "nesterov": True, "weightDecay": 0.01, "clip": 0.5}}, {}, ONES,
    ),
    "adam-bounded": (
        {"optimiser": {"kind": "adam", "learningRate": 0.01, "epsilon": 1e-3, "weightDecay": 0.01, "bound": 0.25}}, {}, ONES,
    ),
    "graded-adamW-cosine": (
        {
            "optimiser": {"kind": "adamW", "learningRate": 0.01, "epsilon": 1e-3, "weightDecay": 0.1},
            "schedule": {"kind": "cosine", "warmUp": 2}, "labelSmoothing": 0.1, "cost": "crossEntropy",
        },
        {"feedback": 0.25}, COSINE,
    ),
}  # fmt: skip
# The reference's name of a key of the optimiser.
FIELDS = {"learningRate": "learning_rate", "weightDecay": "weight_decay"}


def write_idx(path, array):
    """An idx file of bytes, gzipped as the data sets are."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(int(extent).to_bytes(4, "big") for extent in array.shape)
    path.write_bytes(gzip.compress(header + array.astype(np.uint8).tobytes()))


@pytest.fixture
def images(tmp_path):
    """Random images and labels in the files of MNIST; (pixels [N, 28, 28], labels [N])."""
    generator = np.random.default_rng(5)
    pixels, labels = generator.integers(0, 256, (IMAGES, SIDE, SIDE)), generator.integers(0, 10, IMAGES)
    for part in ("train", "t10k"):
        write_idx(tmp_path / f"{part}-images-idx3-ubyte.gz", pixels)
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte.gz", labels)
    return pixels, labels


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("case", CASES)
def test_ten_steps_are_as_the_reference(job, tmp_path, images, case, ranks):
    learning, network, factors = CASES[case]
    tree = yaml.safe_load(CONFIGURATION.replace("FOLDER", str(tmp_path)))
    tree["learning"] |= learning
    tree["network"] |= network
    (tmp_path / "steps.yaml").write_text(yaml.safe_dump(tree))
    settings = description.load(tmp_path / "steps.yaml")
    parameters = make_parameters(settings, np.random.default_rng(1))
    save_file(parameters, tmp_path / "initial.safetensors")
    options = ["--initial", tmp_path / "initial.safetensors", "--run-dir", tmp_path / "run"]
    job(ranks, "train", tmp_path / "steps.yaml", *options).succeeds()

    pixels, labels = images
    x = ((pixels / 255 - MEAN) / DEVIATION)[:, None]
    expected = {name: value.astype(np.float64) for name, value in parameters.items()}
    optimiser = Optimiser(**{FIELDS.get(key, key): value for key, value in learning["optimiser"].items()})
    losses = train(settings, expected, x, labels, optimiser, factors)

    run = Run(tmp_path / "run")
    found = load_file(run.steps[-1])
    for name, value in expected.items():
        moved = np.abs(value - parameters[name]).max()
        assert moved > 5 * WEIGHTS * np.abs(value).max(), f"{name} hardly moved, so nothing is compared"
        assert relative_difference(found[name], value) <= WEIGHTS, name
    # The test images are the training images, so the last row has the loss that an eleventh step would begin with.
    (row,) = (row for row in run.rows if row["kind"] == "test")
    assert float(row["loss"]) == pytest.approx(loss(Network(settings, expected), x, labels), rel=LOSS)
    assert losses[-1] < losses[0]

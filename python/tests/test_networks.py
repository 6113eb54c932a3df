"""`relax`, `Run` and `train`."""

import re
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import equilibria
from conftest import CONFIGURATIONS, ROOT
from equilibria import configuration

sys.path.insert(0, str(ROOT / "scripts/reference"))


@pytest.fixture
def case(generator):
    """Weights, inputs and labels for train.yaml."""
    import description
    import make_case

    settings = description.load(CONFIGURATIONS / "train.yaml")
    samples = make_case.make_samples(settings, generator, 3)
    return make_case.make_parameters(settings, generator), samples["x"], samples["labels"]


def test_relax_is_as_the_program_on_files(case, tmp_path):
    weights, x, labels = case
    save_file(weights, tmp_path / "w")
    save_file({"x": x, "labels": labels}, tmp_path / "x")
    words = ["--weights", tmp_path / "w", "--input", tmp_path / "x", "--output", tmp_path / "out"]
    equilibria.program.run(["relax", CONFIGURATIONS / "train.yaml", *words])
    expected = load_file(tmp_path / "out")
    found = equilibria.relax(CONFIGURATIONS / "train.yaml", weights, x, labels)
    assert found.nudges == [0.2, -0.2] and len(found.nudged) == 2 and found.residual_free.shape == (3,)
    assert found.free["conv1"].shape == (3, 8, 4, 4) and found.free["output"].shape == (3, 4)
    for layer, state in found.free.items():
        assert np.array_equal(state, expected[f"free.{layer}"])
        assert np.array_equal(found.nudged[1][layer], expected[f"nudged.1.{layer}"])
    assert found.gradient.keys() == weights.keys()
    assert all(np.array_equal(found.gradient[name], expected[f"gradient.{name}"]) for name in weights)
    assert np.array_equal(found.energy_free, expected["energy.free"])


def test_relax_reduces_the_energy_and_gives_the_gradient_of_the_loss(case):
    """Against the difference of the free loss at two weights, in the limit of a small nudge."""
    weights, x, labels = case
    overrides = {"relaxation.free": {"sweeps": 200, "tolerance": 0}, "relaxation.nudged.sweeps": 200, "learning.nudge": 0.01}

    def loss(weights):
        output = equilibria.relax(CONFIGURATIONS / "train.yaml", weights, x, overrides=overrides).free["output"]
        return 0.5 * np.sum((output.astype(float) - np.eye(4)[labels]) ** 2) / len(labels)

    found = equilibria.relax(CONFIGURATIONS / "train.yaml", weights, x, labels, overrides=overrides)
    assert np.all(np.diff(found.energy_free.sum(axis=1)) < 1e-4)
    name, step = "output.bias", 1e-2
    for unit in range(4):
        moved = [weights | {name: weights[name] + sign * step * np.eye(4, dtype=np.float32)[unit]} for sign in (1, -1)]
        slope = (loss(moved[0]) - loss(moved[1])) / (2 * step)
        assert found.gradient[name][unit] == pytest.approx(slope, abs=2e-3, rel=0.02)


def test_relax_of_arrays_in_any_order_and_without_labels(case):
    weights, x, _ = case
    content = configuration.load((CONFIGURATIONS / "train.yaml").read_text())
    found = equilibria.relax(content, weights, np.asfortranarray(x.astype(float)), ranks=2)
    expected = equilibria.relax(CONFIGURATIONS / "train.yaml", weights, x)
    assert found.nudges == [] and found.gradient == {} and found.nudged == []
    assert np.array_equal(found.free["conv2"], expected.free["conv2"])


def test_what_relax_refuses(case):
    weights, x, labels = case
    with pytest.raises(equilibria.InputError, match=r"label 1[0-3] of sample 0"):
        equilibria.relax(CONFIGURATIONS / "train.yaml", weights, x, labels + 10)
    with pytest.raises(equilibria.InputError, match=r"conv1\.bias"):
        equilibria.relax(CONFIGURATIONS / "train.yaml", {k: v for k, v in weights.items() if k != "conv1.bias"}, x)
    with pytest.raises(TypeError, match="labels are of type float64"):
        equilibria.relax(CONFIGURATIONS / "train.yaml", weights, x, [0.5, 1.0, 2.0])


def test_run(trained, pandas):
    assert trained.is_complete and 0 < trained.test_accuracy < 1
    settings = trained.configuration
    assert settings["learning"]["epochs"] == 2 and settings["learning"]["optimiser"]["epsilon"] == 1e-8
    assert settings["data"]["folder"] is None and settings["learning"]["warmStart"] is False
    metrics = trained.metrics
    assert list(metrics[metrics.kind == "validation"].epoch) == [1, 2]
    assert metrics[metrics.kind == "test"].accuracy.item() == trained.test_accuracy
    assert trained.environment[0]["ranks"] == 1 and "learning.epochs=2" in trained.environment[0]["overrides"]
    assert "epoch 2" in trained.log


def test_weights_are_those_of_the_checkpoint(trained):
    assert trained.checkpoints[0].name == "best.safetensors"
    for chosen, path in ((None, trained.checkpoints[0]), (trained.checkpoints[-1].name, trained.checkpoints[-1])):
        found, stored = trained.weights(chosen), load_file(path)
        assert sorted(found) == [name for name in sorted(stored) if re.fullmatch(r"\w+(\.\w+\.weight|\.bias)", name)]
        assert all(np.array_equal(found[name], stored[name]) for name in found)
    with pytest.raises(equilibria.EquilibriaError, match="none"):
        equilibria.Run("none").weights()


def test_training_of_a_mapping_on_two_ranks_has_the_same_bits(trained, tmp_path):
    with equilibria.train(trained.configuration, ranks=2, run_dir=tmp_path / "run") as job:
        run = job.wait(timeout=100)
    assert job.status == 0 and "run folder" in job.output
    assert run.environment[0]["ranks"] == 2
    assert all(np.array_equal(weights, trained.weights()[name]) for name, weights in run.weights().items())


@pytest.mark.parametrize("ranks", [1, 2])
def test_stop_and_resume(tmp_path, ranks):
    job = equilibria.train(CONFIGURATIONS / "train.yaml", {"learning.epochs": 100000}, ranks, tmp_path / "run")
    with pytest.raises(TimeoutError, match="has not ended"):
        job.wait(timeout=0.01)
    deadline = time.monotonic() + 60
    while not job.run.checkpoints and time.monotonic() < deadline:
        time.sleep(0.05)
    assert job.status is None, job.output
    run = job.stop()
    assert job.status == 75 and run.test_accuracy is None and not (run.path / "lock").exists()
    with pytest.raises(equilibria.Stopped):
        job.wait()
    # In the middle of an epoch; one epoch more ends the training.
    done = int(re.search(r"(\d+)", run.checkpoints[-1].name)[1])
    ended = equilibria.train(CONFIGURATIONS / "train.yaml", {"learning.epochs": done // 16 + 1}, 1, run.path, resume=True).wait()
    assert ended.is_complete and len(ended.environment) == 2


def test_block_that_is_left_stops_the_training(tmp_path):
    with (
        pytest.raises(KeyError),
        equilibria.train(CONFIGURATIONS / "train.yaml", {"learning.epochs": 100000}, run_dir=tmp_path / "run") as job,
    ):
        raise KeyError
    assert job.status in (75, -signal.SIGTERM)


def test_errors_of_trainings(tmp_path):
    with pytest.raises(equilibria.UsageError, match=r"learning\.nudge") as caught:
        equilibria.train(CONFIGURATIONS / "train.yaml", {"learning.nudge": "much"}, run_dir=tmp_path / "run").wait()
    assert not str(caught.value).startswith("Error")
    with pytest.raises(ValueError, match="run_dir is empty"):
        equilibria.train(CONFIGURATIONS / "train.yaml")
    with pytest.raises(equilibria.Diverged):
        equilibria.train(
            CONFIGURATIONS / "train.yaml",
            {"learning.optimiser.learningRate": 1e30, "network.layers.output.gain": 1e3},
            run_dir=Path(tmp_path) / "diverged",
        ).wait()

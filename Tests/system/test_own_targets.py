"""Numbers to predict in the place of classes (docs/guide/regression.md): files, ranks, resuming, evaluation, report, refusals."""

import csv
import re

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from jobs import INPUT, USAGE
from runs import Run, same_run, settings

CONFIGURATION = """
name: own
seed: 2
data:
  name: files
  validation: 16
  files:
%s
network:
  layers:
%s    - {name: output, units: %d, gain: 0.5}
relaxation:
  free: {sweeps: 12}
  nudged: {sweeps: 4}
learning:
  epochs: %d
  batch: {size: 16, shard: 4}
  optimiser: {learningRate: 0.05}
"""


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Three features, and two numbers that are linear in them but for noise, far from 0 and from each other in size."""
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, (count, 3)).astype(np.float32)
    weights = np.array([[20, -3], [0, 0.5], [-10, 4.0]])
    return x, np.array([1000, -5]) + x @ weights + random.normal(0, [2, 0.3], (count, 2))


TRAIN, TEST = drawn(112, 1), drawn(40, 2)


def configuration(folder, files: str, hidden: int = 0, outputs: int = 2, epochs: int = 40):
    path = folder / "own.yaml"
    layer = f"    - {{name: hidden, units: {hidden}, gain: 1.0}}\n" if hidden else ""
    path.write_text(CONFIGURATION % (files, layer, outputs, epochs))
    return path


def write_npz(folder) -> str:
    np.savez(folder / "a.npz", x_train=TRAIN[0], y_train=TRAIN[1], x_test=TEST[0], y_test=TEST[1])
    return "    {train: a.npz, targets: [y], classNames: [first, second]}"


def write_safetensors(folder) -> str:
    for name, (x, y) in (("train", TRAIN), ("test", TEST)):
        columns = {"first": np.ascontiguousarray(y[:, 0]), "second": np.ascontiguousarray(y[:, 1:])}
        save_file({"x": x, **columns}, folder / f"{name}.safetensors")
    return "    {train: train.safetensors, test: test.safetensors, targets: [first, second]}"


def write_arrays(folder) -> str:
    for name, (x, y) in (("train", TRAIN), ("test", TEST)):
        np.save(folder / f"{name}.npy", x)
        np.save(folder / f"{name}-y.npy", np.asfortranarray(y))
    return "    {train: train.npy, trainLabels: train-y.npy, test: test.npy, testLabels: test-y.npy, targets: [first, second]}"


def write_table(folder) -> str:
    """The targets between the features; the columns of the test part in another order."""
    for name, (x, y), order in (("train", TRAIN, [0, 3, 1, 2, 4]), ("test", TEST, [4, 3, 2, 1, 0])):
        values = np.concatenate([x.astype(float), y], axis=1)[:, order]
        names = np.array(["a", "b", "c", "first", "second"])[order]
        rows = [",".join(names), *(",".join(repr(float(value)) for value in row) for row in values)]
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    return "    {train: train.csv, test: test.csv, targets: [first, second]}"


@pytest.fixture(scope="module")
def linear(one, tmp_path_factory) -> Run:
    """A network of its output alone, which is a linear regression."""
    folder = tmp_path_factory.mktemp("linear")
    one("train", configuration(folder, write_npz(folder)), "--run-dir", folder / "run").succeeds()
    return Run(folder / "run")


def test_least_squares(one, linear):
    """The errors are those of the least squares of the training part, as NumPy has them, but for what gradient descent leaves."""
    design = np.column_stack([TRAIN[0], np.ones(len(TRAIN[0]))])
    solution = np.linalg.lstsq(design, TRAIN[1], rcond=None)[0]
    predicted = np.column_stack([TEST[0], np.ones(len(TEST[0]))]) @ solution
    errors = predicted - TEST[1]
    found = one("evaluate", linear.folder, "--json").succeeds().json
    assert "accuracy" not in found
    for column, target in enumerate(found["targets"]):
        r2 = 1 - np.mean(errors[:, column] ** 2) / np.var(TEST[1][:, column])
        assert target["name"] == ("first", "second")[column]
        assert target["r2"] == pytest.approx(r2, abs=0.02)
        assert target["meanAbsoluteError"] == pytest.approx(np.mean(abs(errors[:, column])), rel=0.1)
    assert found["r2"] == pytest.approx(np.mean([target["r2"] for target in found["targets"]]))
    assert found["meanSquaredError"] == pytest.approx(np.mean([target["meanSquaredError"] for target in found["targets"]]))


def test_files_of_a_run(one, linear):
    """Columns of metrics.csv, predictions in units of the data, and the normalisation in the configuration."""
    assert linear.columns[-3:] == ["meanSquaredError", "meanAbsoluteError", "r2"]
    kinds = {row["kind"] for row in linear.rows}
    assert {"epoch", "validation", "test"} <= kinds
    for row in linear.rows:
        assert row["accuracy"] == "" and float(row["meanSquaredError"]) > 0
    with (linear.folder / "test-predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    measured = np.array([[float(row["first"]), float(row["second"])] for row in rows])
    predicted = np.array([[float(row["first predicted"]), float(row["second predicted"])] for row in rows])
    assert np.array_equal(measured, TEST[1])
    (test,) = (row for row in linear.rows if row["kind"] == "test")
    assert float(test["meanSquaredError"]) == pytest.approx(np.mean((measured - predicted) ** 2), rel=1e-5)
    assert float(test["meanAbsoluteError"]) == pytest.approx(np.mean(abs(measured - predicted)), rel=1e-5)
    text = (linear.folder / "configuration.yaml").read_text()
    mean = re.search(r"targetNormalisation:\s+mean: \[([^\]]*)\]", text)
    assert [float(word) for word in mean.group(1).split(",")] == pytest.approx(TRAIN[1].mean(axis=0))
    # The best weights are those of the least validation loss.
    losses = [float(row["loss"]) for row in linear.rows if row["kind"] == "validation"]
    log = (linear.folder / "log.txt").read_text()
    assert f"best validation loss {min(losses):.4f}" in log and "test R² 0." in log


@pytest.mark.parametrize("write", [write_safetensors, write_arrays, write_table], ids=lambda write: write.__name__[6:])
def test_all_forms_give_the_same_weights(one, tmp_path, linear, write):
    one("train", configuration(tmp_path, write(tmp_path)), "--run-dir", tmp_path / "run").succeeds()
    mine, theirs = load_file(Run(tmp_path / "run").steps[-1]), load_file(linear.steps[-1])
    for name, values in theirs.items():
        assert np.array_equal(mine[name], values), name


RULES = [
    (),
    ("learning.estimator=linearResponse", "learning.optimiser.kind=adam", "learning.optimiser.learningRate=0.01"),
    ("learning.rule=backpropagationThroughTime",),
    ("learning.rule=backpropagation",),
    ("network.energy=predictive",),
    ("relaxation.machine=conjugate",),
    ("relaxation.free.tolerance=1e-3",),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule[0].split("=")[-1] if rule else "standard")
def test_rules_and_ranks(job, tmp_path, rule):
    """Every rule predicts better than the mean does, with the same bits on one rank and on two."""
    config = configuration(tmp_path, write_npz(tmp_path), hidden=24, epochs=10)
    for ranks in (1, 2):
        job(ranks, "train", config, "--run-dir", tmp_path / f"{ranks}", *settings(*rule)).succeeds()
    one, two = Run(tmp_path / "1"), Run(tmp_path / "2")
    same_run(one, two)
    assert (one.folder / "test-predictions.csv").read_bytes() == (two.folder / "test-predictions.csv").read_bytes()
    (test,) = (row for row in one.rows if row["kind"] == "test")
    assert float(test["r2"]) > 0.3


def test_resumed_run(one, tmp_path):
    """A run of three epochs that goes on to six is one of six."""
    config = configuration(tmp_path, write_npz(tmp_path), hidden=8, epochs=6)
    one("train", config, "--run-dir", tmp_path / "whole").succeeds()
    one("train", config, "--run-dir", tmp_path / "parts", *settings("learning.epochs=3")).succeeds()
    one("train", config, "--run-dir", tmp_path / "parts", "--resume").succeeds()
    whole, parts = Run(tmp_path / "whole"), Run(tmp_path / "parts")
    mine, theirs = load_file(parts.steps[-1]), load_file(whole.steps[-1])
    assert mine.keys() == theirs.keys() and all(np.array_equal(mine[name], theirs[name]) for name in theirs)
    assert parts.rows[-1]["r2"] == whole.rows[-1]["r2"]


def test_evaluation_of_other_images(one, tmp_path, linear):
    """With targets, and without any; predictions as a table and as arrays."""
    np.savez(tmp_path / "new.npz", features=TEST[0], y=TEST[1])
    options = ("--images", tmp_path / "new.npz")
    found = one("evaluate", linear.folder, *options, "--predictions", tmp_path / "p.npz", "--json").succeeds().json
    assert found["r2"] == pytest.approx(one("evaluate", linear.folder, "--json").succeeds().json["r2"])
    with np.load(tmp_path / "p.npz") as arrays:
        assert np.array_equal(arrays["targets"], TEST[1])
        predicted = arrays["predictions"]
    np.save(tmp_path / "bare.npy", TEST[0])
    bare = one(
        "evaluate",
        linear.folder,
        "--images",
        tmp_path / "bare.npy",
        "--unlabelled",
        "--predictions",
        tmp_path / "p.csv",
        "--json",
    ).succeeds()
    assert "r2" not in bare.json and "loss" not in bare.json
    with (tmp_path / "p.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["image", "first predicted", "second predicted"]
    assert np.allclose([[float(value) for value in list(row.values())[1:]] for row in rows], predicted, rtol=1e-8)
    text = one("evaluate", linear.folder).succeeds().stdout
    assert re.search(r"^first: R² 0\.\d{4}, mean absolute error", text, flags=re.MULTILINE)
    assert re.search(r"test R² 0\.\d{4}, mean absolute error \S+, mean squared error \S+$", text)
    one("evaluate", linear.folder, "--confusion", tmp_path / "c.csv").ends(USAGE, "--confusion is of classes")


def test_check_and_json(one, tmp_path):
    config = configuration(tmp_path, write_table(tmp_path), epochs=1)
    report = one("train", config, "--check").succeeds().stdout
    assert "data.files.targets: [first, second]" in report
    assert re.search(r"^ +output +2 +linear +input, dense +8$", report, flags=re.MULTILINE)
    assert "2 targets" in report and re.search(r"first: mean 1\d{3}|first: mean 99\d", report)
    found = one("train", config, "--check", "--json").succeeds().json
    assert [target["name"] for target in found["images"]["targets"]] == ["first", "second"]
    assert "classes" not in found["images"]
    result = one("train", config, "--run-dir", tmp_path / "run", "--json").succeeds().json
    assert "testAccuracy" not in result and result["testMeanSquaredError"] > 0 and "testR2" in result


def test_report(one, tmp_path, linear):
    one("report", linear.folder, "--output", tmp_path / "report.html").succeeds()
    page = (tmp_path / "report.html").read_text()
    assert "Predicted against measured" in page and "test R²" in page and "Farthest off" in page
    assert "Confusion" not in page and "accuracy" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)


def test_relaxation_with_targets(one, tmp_path):
    """The nudge of `relax` is towards the normalised numbers: at the output alone the gradient is (o − y) x."""
    config = configuration(tmp_path, write_npz(tmp_path), epochs=2)
    one("train", config, "--run-dir", tmp_path / "run").succeeds()
    one("relax", tmp_path / "run", "--images", 8, "--output", tmp_path / "out.safetensors").succeeds()
    found = load_file(tmp_path / "out.safetensors")
    assert np.array_equal(found["targets"], TEST[1][:8])
    mean, deviation = TRAIN[1].mean(axis=0), TRAIN[1].std(axis=0)
    error = found["free.output"] - (TEST[1][:8] - mean) / deviation
    gradient = error.T @ TEST[0][:8] / 8 / (1 - 0.2**2)
    assert np.allclose(found["gradient.output.input.weight"].reshape(2, 3), gradient, atol=1e-4)


REFUSED = [
    (("learning.cost=crossEntropy",), "targets that are numbers are learned with `squaredError`, found `crossEntropy`"),
    (("learning.cost=signedSquaredError",), "learned with `squaredError`, found `signedSquaredError`"),
    (("learning.labelSmoothing=0.1",), "labelSmoothing: is for classes"),
    (("data.testPerClass=2",), "data.testPerClass: there are no classes"),
    (("data.files.targets=[mass]",), "the target `mass`: there is none; the file has `x_train`, `y_train`"),
    (("network.layers.output.units=3",), "has 3 units, expected 2: one for each of the targets `first`, `second`"),
    (
        ("relaxation.machine=oscillator", "network.layers.output.gain=0.2"),
        "data.files.targetNormalisation: the output of this machine takes values from -1.0 to 1.0",
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=lambda value: value[0] if isinstance(value, tuple) else "")
def test_what_cannot_be(one, tmp_path, changes, message):
    config = configuration(tmp_path, write_npz(tmp_path), epochs=1)
    result = one("train", config, "--check", *settings(*changes))
    result.ends(USAGE if "Error: --set " in result.stderr else INPUT, message)


def test_classes_by_mistake(one, tmp_path):
    """Numbers that nobody called targets are no labels, and the message names the key."""
    np.savez(tmp_path / "a.npz", x_train=TRAIN[0], y_train=TRAIN[1][:, 0], x_test=TEST[0], y_test=TEST[1][:, 0])
    one("train", configuration(tmp_path, "    train: a.npz"), "--check").ends(INPUT, "data.files.targets is for numbers")


def test_oscillators_predict_what_fits(one, tmp_path):
    """With the extent of the targets within −1 and 1, a machine whose outputs are bounded learns them."""
    middle, half = (TRAIN[1].max(axis=0) + TRAIN[1].min(axis=0)) / 2, (TRAIN[1].max(axis=0) - TRAIN[1].min(axis=0)) / 1.4
    files = write_npz(tmp_path).replace("}", f", targetNormalisation: {{mean: {middle.tolist()}, deviation: {half.tolist()}}}}}")
    config = configuration(tmp_path, files, epochs=10)
    one("train", config, "--run-dir", tmp_path / "run", *settings("relaxation.machine=oscillator")).succeeds()
    (test,) = (row for row in Run(tmp_path / "run").rows if row["kind"] == "test")
    assert float(test["r2"]) > 0.3

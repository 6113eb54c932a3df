"""What is done with a trained network: evaluation of other parts and of own images, kept checkpoints, relaxations of a run."""

import csv
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from jobs import CONFIGURATIONS, INPUT, ROOT, USAGE
from runs import Run, settings
from test_own_data import CLASSES, COLUMNS, ROWS, TEST, TRAIN, configuration, drawn, png, write_npz

TRAIN_YAML = CONFIGURATIONS / "train.yaml"


@pytest.fixture(scope="module")
def run(one, tmp_path_factory) -> Run:
    """A run on arrays; its test part is `TEST`."""
    folder = tmp_path_factory.mktemp("evaluated")
    one("train", configuration(folder, write_npz(folder)), "--run-dir", folder / "run").succeeds()
    return Run(folder / "run")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_predictions_and_confusion(one, run, tmp_path):
    result = one(
        "evaluate",
        run.folder,
        "--predictions",
        tmp_path / "p.csv",
        "--confusion",
        tmp_path / "c.csv",
        "--json",
    ).succeeds()
    found = rows(tmp_path / "p.csv")
    assert [int(row["label"]) for row in found] == list(TEST[1])
    accuracy = np.mean([row["label"] == row["prediction"] for row in found])
    assert result.json["accuracy"] == pytest.approx(accuracy) and accuracy == pytest.approx(run.test_accuracy)
    assert result.json["part"] == "test"
    counts = np.zeros((CLASSES, CLASSES), int)
    for row in found:
        counts[int(row["label"]), int(row["prediction"])] += 1
    confusion = rows(tmp_path / "c.csv")
    assert [[int(row[str(name)]) for name in range(CLASSES)] for row in confusion] == counts.tolist()
    one("evaluate", run.folder, "--predictions", tmp_path / "p.npz").succeeds()
    arrays = np.load(tmp_path / "p.npz")
    assert np.array_equal(arrays["confusion"], counts)
    assert np.array_equal(arrays["predictions"], [int(row["prediction"]) for row in found])


def test_parts(one, job, run):
    """Validation is what training measured it to be; the parts have their sizes, on two ranks as on one."""
    result = job(2, "evaluate", run.folder, "--part", "validation", "--json").succeeds()
    assert f'"checkpoint":"{run.folder}"' in result.stdout
    validation = result.json
    best = max(float(row["accuracy"]) for row in run.rows if row["kind"] == "validation")
    assert validation["images"] == 12 and validation["accuracy"] == pytest.approx(best)
    training = one("evaluate", run.folder, "--part", "training").succeeds().stdout
    assert "48 training images" in training and "training accuracy" in training


def test_own_images(one, run, tmp_path):
    """The test images again, as a file of arrays and as pictures without labels."""
    np.savez(tmp_path / "own.npz", x=TEST[0], y=TEST[1])
    again = one("evaluate", run.folder, "--images", tmp_path / "own.npz", "--json").succeeds().json
    assert again["accuracy"] == pytest.approx(run.test_accuracy) and again["part"] == "own"
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, image in enumerate(TEST[0]):
        (pictures / f"{number:03}.png").write_bytes(png(image))
    one("evaluate", run.folder, "--images", pictures, "--unlabelled", "--predictions", tmp_path / "u.csv").succeeds(
        "24 images without"
    )
    one("evaluate", run.folder, "--predictions", tmp_path / "t.csv").succeeds()
    assert [row["prediction"] for row in rows(tmp_path / "u.csv")] == [row["prediction"] for row in rows(tmp_path / "t.csv")]
    one("evaluate", run.folder, "--unlabelled").ends(USAGE)
    np.savez(tmp_path / "wide.npz", x=np.zeros((2, ROWS, COLUMNS + 1)), y=[0, 1])
    one("evaluate", run.folder, "--images", tmp_path / "wide.npz").refuses("wide.npz", f"1×{ROWS}×{COLUMNS}")


def test_arrays_of_own_images(one, run, tmp_path):
    """The only array that is there, the training part's names, or the names that the user gives."""

    def accuracy(arrays: dict, *options: str) -> float:
        np.savez(tmp_path / "own.npz", **arrays)
        return one("evaluate", run.folder, "--images", tmp_path / "own.npz", "--json", *options).succeeds().json["accuracy"]

    images, labels = TEST
    wanted = pytest.approx(run.test_accuracy)
    assert accuracy({"x_train": images, "y_train": labels}) == wanted
    assert accuracy({"pictures": images, "y": labels}, "--array", "pictures") == wanted
    assert (
        accuracy({"pictures": images, "kinds": labels, "dates": labels}, "--array", "pictures", "--label-array", "kinds")
        == wanted
    )
    # What is left beside the images can only be the labels.
    assert accuracy({"x": images, "kinds": labels}) == wanted
    np.savez(tmp_path / "bare.npz", measured=images)
    bare = ("evaluate", run.folder, "--images", tmp_path / "bare.npz")
    assert one(*bare, "--unlabelled", "--json").succeeds().json["images"] == len(images)
    one(*bare).refuses("the labels: there is none", "`measured`", "--label-array names the array of labels")
    np.savez(tmp_path / "two.npz", measured=images, other=images)
    one("evaluate", run.folder, "--images", tmp_path / "two.npz").refuses(
        "`measured`, `other`", "--array names the array of images"
    )
    one("evaluate", run.folder, "--array", "x").ends(USAGE, "--array")


def test_checkpoints_that_are_kept(one, tmp_path):
    """After every second epoch, beside the last two and the best; a resumed run keeps the same ones."""
    keep = settings("run.checkpoint.keep=2", "run.checkpoint.epochs=1")
    one("train", TRAIN_YAML, "--run-dir", tmp_path / "run", *keep, *settings("learning.epochs=3")).succeeds()
    one("train", TRAIN_YAML, "--run-dir", tmp_path / "run", "--resume", *keep, *settings("learning.epochs=6")).succeeds()
    names = [path.name for path in Run(tmp_path / "run").steps]
    # 16 steps an epoch: after epochs 2 and 4, and the last two.
    assert names == [f"step-{step:08}.safetensors" for step in (32, 64, 80, 96)]


def test_relaxing_a_run(one, run, tmp_path):
    """The same as with its configuration, weights and images in files of their own."""
    one("relax", run.folder, "--images", 5, "--output", tmp_path / "a.safetensors").succeeds()
    one("export", run.folder, "--output", tmp_path / "w.safetensors").succeeds()
    one(
        "relax",
        run.folder / "configuration.yaml",
        "--weights",
        tmp_path / "w.safetensors",
        "--input",
        tmp_path / "a.safetensors",
        "--output",
        tmp_path / "b.safetensors",
    ).succeeds()
    first, second = load_file(tmp_path / "a.safetensors"), load_file(tmp_path / "b.safetensors")
    assert np.array_equal(first["x"], (TEST[0][:5] / np.float32(255)).astype(np.float32))
    assert np.array_equal(first["labels"], TEST[1][:5])
    for name, values in second.items():
        assert np.array_equal(values, first[name]), name
    one("relax", run.folder, "--images", 25, "--output", tmp_path / "c").refuses("24 test images, found 25", status=INPUT)
    one("relax", run.folder / "configuration.yaml", "--images", 2, "--output", tmp_path / "c").ends(USAGE, "--weights")


def test_json_of_a_training(one, tmp_path):
    np.savez(tmp_path / "a.npz", x=TRAIN[0], y=TRAIN[1], x_test=drawn(10, 4)[0], y_test=drawn(10, 4)[1])
    config = configuration(tmp_path, "    train: a.npz\n    test: a.npz\n")
    found = one("train", config, "--run-dir", tmp_path / "run", "--json").succeeds().json
    run = Run(tmp_path / "run")
    assert found["testAccuracy"] == pytest.approx(run.test_accuracy) and Path(found["folder"]) == run.folder
    shown = one("inspect", run.folder, "--json").succeeds().json
    weights = load_file(run.checkpoints["best.safetensors"])
    assert set(shown["tensors"]) == set(weights)
    for name, values in weights.items():
        assert shown["tensors"][name]["shape"] == list(values.shape)
        assert shown["tensors"][name]["norm"] == pytest.approx(np.linalg.norm(values.astype(float)))
    assert "name: own" in shown["configuration"]


def test_json_of_the_doctor(job, tmp_path):
    found = job(2, "doctor", "--json", "--data", tmp_path, env={"SLURM_JOB_ID": "17"}).succeeds().json
    assert len(found["ranks"]) == 2 and all(rank["peak"] > 0 and rank["memory"] > 0 for rank in found["ranks"])
    assert found["disk"]["freeBytes"] > 0 and found["batch"]["SLURM_JOB_ID"] == "17"
    assert found["dataSets"]["cifar10"] is None


def test_a_model_of_an_earlier_version(one, tmp_path):
    """Its configuration calls keys by former names, and lacks others."""
    model = ROOT / "models/cifar10-symmetric.safetensors"
    assert b"holdArgMax" in model.read_bytes()[:4096]
    told = one("inspect", model, "--json").succeeds().json
    assert told["epoch"] == 20 and "holdArgMax" in told["configuration"]
    exported = tmp_path / "weights.safetensors"
    one("export", model, "--output", exported).succeeds()
    weights, before = load_file(exported), load_file(model)
    assert weights.keys() == {name for name in before if not name.startswith("optimiser.")}
    assert all(np.array_equal(weights[name], before[name]) for name in weights)

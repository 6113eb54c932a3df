"""Own data (docs/guide/data.md): arrays, tables and pictures, each to the same network as the arrays they came from."""

import ctypes
import ctypes.util
import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from jobs import INPUT
from runs import Run, same_run, settings

ROWS, COLUMNS, CLASSES = 6, 5, 3
NETWORK = """
network:
  layers:
    - {name: hidden, units: 12, gain: 1.0}
    - {name: output, units: %d, gain: 0.8}
relaxation:
  free: {sweeps: 10}
  nudged: {sweeps: 4}
learning:
  epochs: 6
  batch: {size: 16, shard: 4}
  optimiser: {learningRate: 0.05}
"""


def drawn(count: int, seed: int, channels: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Images whose class shows in the brightness of a row, and their labels."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    images = random.integers(0, 120, (count, channels, ROWS, COLUMNS))
    images[np.arange(count), :, labels] += 120
    return images.astype(np.uint8), labels


def configuration(folder: Path, files: str, classes: int = CLASSES, data: str = "") -> Path:
    path = folder / "own.yaml"
    path.write_text(f"name: own\nseed: 2\ndata:\n  name: files\n  validation: 12\n{data}  files:\n{files}{NETWORK % classes}")
    return path


def idx(array: np.ndarray, code: int) -> bytes:
    big = array.astype(array.dtype.newbyteorder(">"))
    return bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + big.tobytes()


def png(planes: np.ndarray, alpha: np.ndarray | None = None) -> bytes:
    """A PNG file of planes [C, H, W]; its rows are filtered by the difference to the pixel on the left, as encoders do."""
    pixels = planes.transpose(1, 2, 0)
    if alpha is not None:
        pixels = np.concatenate([pixels, alpha[:, :, None]], axis=2)
    rows, columns, depth = pixels.shape
    left = np.concatenate([np.zeros((rows, 1, depth), np.uint8), pixels[:, :-1]], axis=1)
    body = b"".join(b"\1" + row.tobytes() for row in (pixels - left).astype(np.uint8))
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[depth]

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", columns, rows, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def jpeg(planes: np.ndarray, quality: int = 100) -> bytes:
    """A JPEG file of planes [1 or 3, H, W], by the same library."""
    library = ctypes.CDLL("libturbojpeg.so.0")
    library.tjInitCompress.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.tjInitCompress())
    pixels = np.ascontiguousarray(planes.transpose(1, 2, 0))
    target, size = ctypes.POINTER(ctypes.c_ubyte)(), ctypes.c_ulong(0)
    grey = planes.shape[0] == 1
    code = library.tjCompress2(
        handle,
        pixels.ctypes.data_as(ctypes.c_void_p),
        planes.shape[2],
        0,
        planes.shape[1],
        6 if grey else 0,
        ctypes.byref(target),
        ctypes.byref(size),
        3 if grey else 0,
        quality,
        0,
    )
    assert code == 0
    return bytes(target[: size.value])


def write_pictures(folder: Path, images: np.ndarray, labels: np.ndarray, encode=png, ending="png") -> None:
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        place = folder / f"kind {label}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:04}.{ending}").write_bytes(encode(image))


TRAIN, TEST = drawn(60, 1), drawn(24, 2)


def write_npz(folder: Path) -> str:
    np.savez(folder / "a.npz", x_train=TRAIN[0][:, 0], y_train=TRAIN[1], x_test=TEST[0][:, 0], y_test=TEST[1])
    return "    train: a.npz\n"


def write_packed(folder: Path) -> str:
    for name, (images, labels) in (("train", TRAIN), ("test", TEST)):
        # Channels innermost, as most frameworks on images have them; labels of another type.
        np.savez_compressed(folder / f"{name}.npz", images=images.transpose(0, 2, 3, 1), labels=labels.astype(np.int32)[:, None])
    return "    train: train.npz\n    test: test.npz\n"


def write_arrays(folder: Path) -> str:
    for name, (images, labels) in (("train", TRAIN), ("test", TEST)):
        np.save(folder / f"{name}.npy", np.asfortranarray(images))
        np.save(folder / f"{name}-labels.npy", np.eye(CLASSES)[labels])
    return "    {train: train.npy, trainLabels: train-labels.npy, test: test.npy, testLabels: test-labels.npy}\n"


def write_idx(folder: Path) -> str:
    for name, (images, labels) in (("train", TRAIN), ("test", TEST)):
        (folder / f"{name}.idx.gz").write_bytes(gzip.compress(idx(images[:, 0], 8)))
        (folder / f"{name}-labels.idx").write_bytes(idx(labels.astype(np.int32), 0x0C))
    return "    {train: train.idx.gz, trainLabels: train-labels.idx, test: test.idx.gz, testLabels: test-labels.idx}\n"


def write_safetensors(folder: Path) -> str:
    for name, (images, labels) in (("train", TRAIN), ("test", TEST)):
        save_file({"x": np.ascontiguousarray(images), "y": labels.astype(np.int64)}, folder / f"{name}.safetensors")
    return "    train: train.safetensors\n    test: test.safetensors\n"


def write_table(folder: Path) -> str:
    """As Kaggle has MNIST, in quotes here and there, and with Windows' line ends."""
    for name, (images, labels) in (("train", TRAIN), ("test", TEST)):
        names = [f"{row}x{column}" for row in range(1, ROWS + 1) for column in range(1, COLUMNS + 1)]
        lines = ["label," + ",".join(names)]
        lines += [f'"{label}",' + ",".join(map(str, image.ravel())) for image, label in zip(images, labels, strict=True)]
        (folder / f"{name}.csv").write_text("\r\n".join(lines) + "\r\n")
    return "    train: train.csv\n    test: test.csv\n"


def write_folder(folder: Path) -> str:
    for name, (images, labels) in (("train", TRAIN), ("test", TEST)):
        write_pictures(folder / name, images, labels)
        (folder / name / "kind 0" / ".hidden.png").write_text("no picture")
        (folder / name / "kind 0" / "notes.txt").write_text("no picture")
    return "    train: train\n    test: test\n"


FORMS = [write_packed, write_arrays, write_idx, write_safetensors, write_table]


@pytest.fixture(scope="module")
def of_npz(one, tmp_path_factory) -> Run:
    """A run on the arrays of one `.npz` file."""
    folder = tmp_path_factory.mktemp("npz")
    one("train", configuration(folder, write_npz(folder)), "--run-dir", folder / "run").succeeds()
    return Run(folder / "run")


def weights(run: Run) -> dict[str, np.ndarray]:
    return load_file(run.steps[-1])


def test_npz_is_learned(of_npz):
    assert of_npz.test_accuracy > 0.6
    text = (of_npz.folder / "configuration.yaml").read_text()
    assert "classNames: ['0', '1', '2']" in text or 'classNames: ["0", "1", "2"]' in text or "classNames: [0, 1, 2]" in text
    assert f"rows: {ROWS}" in text and "scale: 255" in text


@pytest.mark.parametrize("write", FORMS, ids=lambda write: write.__name__.removeprefix("write_"))
def test_all_forms_give_the_same_weights(one, tmp_path, of_npz, write):
    one("train", configuration(tmp_path, write(tmp_path)), "--run-dir", tmp_path / "run").succeeds()
    mine, theirs = weights(Run(tmp_path / "run")), weights(of_npz)
    assert mine.keys() == theirs.keys()
    for name, values in mine.items():
        assert np.array_equal(values, theirs[name]), name


def test_pictures_by_class(one, job, tmp_path):
    """The order of pictures is that of their classes, so weights differ from those of the arrays; ranks do not change them."""
    config = configuration(tmp_path, write_folder(tmp_path))
    one("train", config, "--run-dir", tmp_path / "one").succeeds()
    assert Run(tmp_path / "one").test_accuracy > 0.6
    assert "kind 2" in (tmp_path / "one/configuration.yaml").read_text()
    job(2, "train", config, "--run-dir", tmp_path / "two").succeeds()
    same_run(Run(tmp_path / "one"), Run(tmp_path / "two"))
    # By name alone: the folder need not be there for what is known.
    found = one("evaluate", tmp_path / "two").succeeds().stdout
    assert f"{100 * Run(tmp_path / 'two').test_accuracy:.2f} %" in found


def test_pictures_are_what_was_encoded(one, tmp_path):
    """PNG exactly, JPEG of flat colours to a few levels, both against the same pixels in an array; transparent ones on black."""
    flat = np.random.default_rng(3).integers(0, 256, (8, 3, 1, 1)).astype(np.uint8) * np.ones((8, 3, 16, 16), np.uint8)
    labels = np.arange(8) // 4
    faint = flat.copy()
    faint[:, :, :8] = 0

    def encode(image):
        alpha = np.full((16, 16), 255, np.uint8)
        alpha[:8] = 0
        return png(image, alpha)

    write_pictures(tmp_path / "png", flat, labels, encode)
    write_pictures(tmp_path / "jpeg", flat, labels, jpeg, "JPG")
    for name, array in (("png", faint), ("jpeg", flat)):
        np.savez(tmp_path / f"{name}.npz", x=array, y=labels)
    accuracy = {}
    for name in ("png", "png.npz", "jpeg", "jpeg.npz"):
        files = f"    train: {name}\n    test: {name}\n"
        config = configuration(tmp_path, files, classes=2).read_text().replace("validation: 12", "validation: 2")
        path = tmp_path / f"{name}.yaml"
        path.write_text(config.replace("size: 16, shard: 4", "size: 4, shard: 2"))
        one("train", path, "--run-dir", tmp_path / f"run-{name}").succeeds()
        accuracy[name] = weights(Run(tmp_path / f"run-{name}"))
    for name, values in accuracy["png"].items():
        assert np.array_equal(values, accuracy["png.npz"][name]), name
    for name, values in accuracy["jpeg"].items():
        assert np.allclose(values, accuracy["jpeg.npz"][name], atol=2e-2), name


def test_features_with_names_of_classes(one, tmp_path):
    """A table of real numbers with a column of words, as many have it; a share of it is the test part."""
    random = np.random.default_rng(5)
    kinds = ["setosa", "versicolor", "virginica"]
    lines = ["", "sepal length;petal length;species"]
    for number in range(90):
        kind = number % 3
        lines.append(f"{random.normal(kind, 0.3):.3f};{random.normal(-kind, 0.3):.3e};{kinds[kind]}")
    (tmp_path / "iris.csv").write_text("\ufeff" + "\n".join(lines[1:]))
    config = configuration(tmp_path, "    train: iris.csv\n    testShare: 0.2\n")
    report = one("train", config, "--check").succeeds().stdout
    assert "60 training, 12 validation and 18 test images of 2×1×1, 3 classes" in report
    one("train", config, "--run-dir", tmp_path / "run").succeeds()
    assert Run(tmp_path / "run").test_accuracy > 0.8
    text = (tmp_path / "run/configuration.yaml").read_text()
    assert all(kind in text for kind in kinds) and "scale: 1" in text


def test_kaggle_table_of_mnist(one, tmp_path):
    random = np.random.default_rng(7)
    for name, count in (("mnist_train.csv", 40), ("mnist_test.csv", 20)):
        rows = ["label," + ",".join(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))]
        for number in range(count):
            rows.append(f"{number % 10}," + ",".join(map(str, random.integers(0, 256, 784))))
        (tmp_path / name).write_text("\n".join(rows))
    path = tmp_path / "mnist.yaml"
    path.write_text(f"name: m\ndata: {{name: mnist, folder: ., validation: 10}}{NETWORK % 10}")
    report = one("train", path, "--check").succeeds().stdout
    assert "30 training, 10 validation and 20 test images of 1×28×28, 10 classes" in report


def test_size_pads_and_reduces(one, tmp_path):
    """Pictures of several sizes come to one; without it, the message says how."""
    random = np.random.default_rng(9)
    for number in range(24):
        side = 4 + number % 5
        write_pictures(tmp_path / "all", random.integers(0, 256, (1, 1, side, 8)).astype(np.uint8), np.array([number % 2]))
        (tmp_path / f"all/kind {number % 2}/0000.png").rename(tmp_path / f"all/kind {number % 2}/n{number:02}.png")
    files = "    train: all\n    testShare: 0.25\n"
    refused = one("train", configuration(tmp_path, files, classes=2), "--check")
    refused.ends(INPUT, "data.size brings all to one size")
    config = configuration(tmp_path, files, classes=2, data="  size: {rows: 6, columns: 10}\n")
    config.write_text(config.read_text().replace("validation: 12", "validation: 2"))
    report = one("train", config, "--check").succeeds().stdout
    assert "images of 1×6×10, 2 classes" in report


# What is wrong with the files, and words of the message.
FAULTS = {
    "truncated.npz": (lambda path: path.write_bytes(path.read_bytes()[:-200]), "is not a complete ZIP archive"),
    "labels.npz": (lambda path: np.savez(path, x=TRAIN[0], y=TRAIN[1][:-1]), "59 labels for 60 images"),
    "names.npz": (lambda path: np.savez(path, pictures=TRAIN[0], y=TRAIN[1]), "data.files.images names the array"),
    "objects.npz": (lambda path: np.savez(path, x=TRAIN[0].astype(object), y=TRAIN[1]), "Python objects"),
    "nan.npz": (lambda path: np.savez(path, x=np.where(TRAIN[0] == 255, 0, np.nan), y=TRAIN[1]), "expected a finite number"),
    "real.npz": (lambda path: np.savez(path, x=TRAIN[0], y=TRAIN[1] + 0.5), "expected a whole number"),
    "one.npz": (lambda path: np.savez(path, x=TRAIN[0], y=TRAIN[1] * 0), "two classes or more"),
    "alone.npy": (lambda path: np.save(path, TRAIN[0]), "name the file of their labels"),
    "cells.csv": (lambda path: path.write_text("label,a\n0,1\n1,2,3\n"), "line 3: 3 cells, expected 2"),
    "word.csv": (lambda path: path.write_text("label,a\n0,1\n1,two\n"), "line 3: column `a`: found `two`"),
    "column.csv": (lambda path: path.write_text("1,2\n3,4\n"), "name it with data.files.labels"),
    "empty.csv": (lambda path: path.write_text(""), "the table is empty"),
    "folder": (lambda path: (path / "cats").mkdir(parents=True), "expected a folder for each class with pictures"),
    "none.npz": (lambda path: path.unlink(missing_ok=True), "No such file"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_told(job, tmp_path, name):
    damage, words = FAULTS[name]
    path = tmp_path / name
    if name.endswith("npz"):
        np.savez(path, x=TRAIN[0], y=TRAIN[1])
    damage(path)
    config = configuration(tmp_path, f"    train: {name}\n    testShare: 0.2\n")
    job(2, "train", config, "--run-dir", tmp_path / "run").refuses(words, name)


def test_unknown_labels_of_the_test_part(one, tmp_path):
    np.savez(tmp_path / "train.npz", x=TRAIN[0], y=TRAIN[1])
    np.savez(tmp_path / "test.npz", x=TEST[0], y=TEST[1] + 1)
    config = configuration(tmp_path, "    train: train.npz\n    test: test.npz\n")
    one("train", config, "--run-dir", tmp_path / "run").refuses(
        "record 2: the label `3` is no class of the training images, expected `0`, `1`, `2`"
    )


def test_check_tells_what_is_wrong(one, tmp_path):
    """All at once, and nothing is written."""
    np.savez(tmp_path / "a.npz", x=TRAIN[0], y=TRAIN[1])
    config = configuration(tmp_path, "    train: a.npz\n    testShare: 0.2\n")
    (tmp_path / "used").mkdir()
    (tmp_path / "used/something").touch()
    one("train", config, "--check", "--run-dir", tmp_path / "used", "--set", "learning.batch.size=48").ends(
        INPUT, "the run folder is not empty", "is larger than the training set of 36 images", "the training cannot begin"
    )
    other = settings("relaxation.machine=cim", "learning.estimator=linearResponse")
    one("train", config, "--check", "--run-dir", tmp_path / "new", *other).ends(INPUT, "linearResponse", "use another estimator")
    good = one("train", config, "--check", "--run-dir", tmp_path / "new", "--json").succeeds().json
    assert good["problems"] == [] and good["images"]["training"] == 36
    assert sum(layer["parameters"] for layer in good["layers"]) == good["parameters"]
    assert good["memory"]["bytes"] > 0 and good["time"]["training"] > 0 and good["disk"]["checkpointBytes"] > 0
    assert any(change.startswith("learning.batch.size: 16") for change in good["changes"])
    assert not (tmp_path / "new").exists()
    began = one("train", config, "--run-dir", tmp_path / "new").succeeds()
    assert f", {good['parameters']} parameters," in began.text

"""Tables of one's own: what their header, their quotes and the order of their columns mean, and labels in other files."""

import struct
import zlib

import numpy as np
import pytest

from jobs import INPUT
from test_own_data import TEST, TRAIN, configuration, write_pictures

NAMES = [f"f{number}" for number in range(30)]


def table(images: np.ndarray, labels: np.ndarray | None, names: list[str] | None, order=None) -> str:
    """CSV with the label first, and the pixels in an order of columns."""
    pixels = images.reshape(len(images), -1)
    order = range(pixels.shape[1]) if order is None else order
    rows = [[*([] if labels is None else [labels[row]]), *pixels[row, list(order)]] for row in range(len(images))]
    if names:
        rows.insert(0, [*([] if labels is None else ["label"]), *(names[place] for place in order)])
    return "".join(",".join(map(str, row)) + "\n" for row in rows)


def checked(one, config) -> str:
    return one("train", config, "--check").succeeds().stdout


def test_names_of_columns_that_are_numbers(one, tmp_path):
    """Pandas names columns by numbers: the row with `label` is a header all the same."""
    (tmp_path / "t.csv").write_text(table(*TRAIN, [str(number) for number in range(30)]))
    report = checked(one, configuration(tmp_path, "    train: t.csv\n    testShare: 0.2\n"))
    assert "3 classes" in report and "36 training, 12 validation and 12 test images" in report


def test_columns_are_found_by_their_names(one, tmp_path):
    """The test table may have its columns in another order, but it must have them all."""
    order = np.random.default_rng(4).permutation(30)
    (tmp_path / "train.csv").write_text(table(*TRAIN, NAMES))
    (tmp_path / "test.csv").write_text(table(*TEST, NAMES))
    (tmp_path / "other.csv").write_text(table(*TEST, NAMES, order))
    (tmp_path / "fewer.csv").write_text(table(*TEST, [*NAMES[:-1], "g"]))
    config = configuration(tmp_path, "    train: train.csv\n    test: test.csv\n")
    one("train", config, "--run-dir", tmp_path / "run").succeeds()
    accuracies = [
        one("evaluate", tmp_path / "run", "--images", tmp_path / name, "--json").succeeds().json["accuracy"]
        for name in ("test.csv", "other.csv")
    ]
    assert accuracies[0] == accuracies[1] > 0.6
    refused = one("evaluate", tmp_path / "run", "--images", tmp_path / "fewer.csv")
    refused.ends(INPUT, "fewer.csv", "line 1", "there is no column `f29`")


def test_labels_of_each_part(one, tmp_path):
    """One archive with the labels of both parts, beside tables without any."""
    (tmp_path / "train.csv").write_text(table(TRAIN[0], None, NAMES))
    (tmp_path / "test.csv").write_text(table(TEST[0], None, NAMES))
    np.savez(tmp_path / "labels.npz", y_train=TRAIN[1], y_test=(TEST[1] + 1) % 3)
    files = "    train: train.csv\n    test: test.csv\n    trainLabels: labels.npz\n    testLabels: labels.npz\n"
    one("train", configuration(tmp_path, files), "--run-dir", tmp_path / "run").succeeds()
    one("evaluate", tmp_path / "run", "--predictions", tmp_path / "p.npz").succeeds()
    assert np.array_equal(np.load(tmp_path / "p.npz")["labels"], (TEST[1] + 1) % 3)


FAULTS = {
    "open-quote": ('label,a,b\n0,1,2\n1,"3,4\n2,5,6\n', ["line 3", "never closed"]),
    "behind-a-quote": ('label,a,b\n0,1,2\n1,"3"5,4\n', ["line 3", "behind a closing quote"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_quotes(one, tmp_path, name):
    text, words = FAULTS[name]
    (tmp_path / "t.csv").write_text(text)
    one("train", configuration(tmp_path, "    train: t.csv\n"), "--check").ends(INPUT, "t.csv", *words)


def test_labels_of_a_folder(one, tmp_path):
    write_pictures(tmp_path / "all", *TRAIN)
    np.save(tmp_path / "y.npy", TRAIN[1])
    files = "    train: all\n    trainLabels: y.npy\n    testShare: 0.2\n"
    one("train", configuration(tmp_path, files), "--check").ends(INPUT, "trainLabels", "folder of pictures")


def test_labels_without_extent(one, tmp_path):
    """Extents that overflow when they are multiplied, behind one of zero."""
    np.save(tmp_path / "x.npy", TRAIN[0])
    header = b"{'descr': '<i8', 'fortran_order': False, 'shape': (0, 1099511627776, 1099511627776), }"
    header += b" " * (117 - len(header)) + b"\n"
    (tmp_path / "y.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    files = "    train: x.npy\n    trainLabels: y.npy\n    testShare: 0.2\n"
    one("train", configuration(tmp_path, files), "--check").ends(INPUT, "y.npy", "expected one an image")


def test_pictures_that_claim_to_be_large(one, tmp_path):
    """A few hundred bytes cannot be 268 million pixels; no memory is taken for them."""
    write_pictures(tmp_path / "all", *TRAIN)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 16384, 16384, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(99))),
        (b"IEND", b""),
    ]
    body = b"".join(struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    (tmp_path / "all/kind 0/0000.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    config = configuration(tmp_path, "    train: all\n    testShare: 0.2\n", data="  size: {rows: 6, columns: 5}\n")
    one("train", config, "--check").ends(INPUT, "0000.png", "cannot hold 16384×16384 pixels")

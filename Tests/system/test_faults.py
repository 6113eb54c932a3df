"""Bad input and faults under two ranks: each is one clear message, ends the whole job with an error's status, and loses
nothing."""

import gzip
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from jobs import CONFIGURATIONS, DISK, DIVERGED, ERROR, INPUT, STOPPED, USAGE
from reference import make_case
from runs import Run, same_files, settings

TRAIN = CONFIGURATIONS / "train.yaml"
IMAGES = CONFIGURATIONS / "images.yaml"
RELAX = CONFIGURATIONS / "relax-checkerboard.yaml"


def put(path: Path, offset: int, data: bytes) -> None:
    """Writes over bytes of a file; a negative offset counts from its end."""
    with path.open("r+b") as file:
        file.seek(offset, os.SEEK_SET if offset >= 0 else os.SEEK_END)
        file.write(data)


# Data


def write_images(folder: Path) -> None:
    """Whole data files of CIFAR-10's format: bytes of value 7, so label 7 and grey images."""
    folder.mkdir()
    for name in [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]:
        (folder / name).write_bytes(bytes([7]) * 4 * 3073)


def compress(path: Path) -> Path:
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return packed


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def truncate_packed(path: Path) -> None:
    packed = compress(path)
    os.truncate(packed, packed.stat().st_size - 20)


# What is done to the folder, and words of the message.
DAMAGES = {
    "missing-folder": (shutil.rmtree, ["cifar10 not found", "{folder}", "no such folder"]),
    "missing-file": (lambda folder: (folder / "data_batch_3.bin").unlink(), ["lacks data_batch_3.bin"]),
    "truncated-file": (
        lambda folder: os.truncate(folder / "data_batch_2.bin", 12000),
        ["data_batch_2.bin", "byte 9219", "record 3", "truncated"],
    ),
    "truncated-test-file": (lambda folder: os.truncate(folder / "test_batch.bin", 3000), ["test_batch.bin"]),
    "empty-file": (lambda folder: os.truncate(folder / "data_batch_1.bin", 0), ["data_batch_1.bin"]),
    "label-out-of-range": (
        lambda folder: put(folder / "data_batch_4.bin", 3073, b"\x0a"),
        ["data_batch_4.bin", "label 10", "0 to 9"],
    ),
    "folder-instead-of-a-file": (lambda folder: replace_by_folder(folder / "data_batch_5.bin"), ["data_batch_5.bin"]),
    "truncated-gzip": (lambda folder: truncate_packed(folder / "data_batch_1.bin"), ["data_batch_1.bin.gz"]),
    "gzip-with-a-wrong-checksum": (
        lambda folder: put(compress(folder / "data_batch_1.bin"), -8, b"\1\2\3"),
        ["data_batch_1.bin.gz"],
    ),
    "no-permission": (lambda folder: (folder / "data_batch_1.bin").chmod(0), ["data_batch_1.bin", "denied"]),
}


def train_on(job, folder: Path, run: Path):
    return job(2, "train", IMAGES, "--run-dir", run, *settings(f"data.folder={folder}"))


def test_whole_data(job, tmp_path):
    write_images(tmp_path / "data")
    train_on(job, tmp_path / "data", tmp_path / "run").succeeds()
    assert Run(tmp_path / "run").is_complete


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_data(job, tmp_path, damage):
    if damage == "no-permission" and os.geteuid() == 0:
        pytest.skip("root may read any file")
    act, words = DAMAGES[damage]
    write_images(tmp_path / "data")
    act(tmp_path / "data")
    train_on(job, tmp_path / "data", tmp_path / "run").refuses(*(word.format(folder=tmp_path / "data") for word in words))
    assert not (tmp_path / "run").exists()


# Configuration


def change(pattern: str, replacement: str) -> str:
    text = TRAIN.read_text()
    changed = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    assert changed != text, f"{pattern} changes nothing"
    return changed


# What is changed by what in the configuration, and words of the message.
WRONG = {
    "unknown-key": ("^  epochs: 4", "  epochs: 4\n  nugde: 0.1", ["learning.nugde", "unknown key", "did you mean `nudge`?"]),
    "unknown-section": ("^learning:", "lerning:", ["lerning", "unknown key", "did you mean `learning`?"]),
    "key-written-twice": ("^  epochs: 4", "  epochs: 4\n  epochs: 5", ["epochs"]),
    "wrong-type": ("epochs: 4", "epochs: four", ["learning.epochs", "`four`", "an integer"]),
    "value-out-of-range": ("kind: sgd", "kind: sgd, momentum: 1.5", ["momentum", "below 1"]),
    "unknown-choice": ("kind: sgd", "kind: sdg", ["did you mean `sgd`?"]),
    "not-a-number": ("learningRate: 0.02", "learningRate: nan", ["learningRate", "a number"]),
    "broken-YAML": ("^learning:", "learning: {", []),
    "binary-file": (r"\A.*", "\x00\x01\udcff", []),
    "kernel-larger-than-its-input": (
        "channels: 8, kernel: 3, padding: 1, gain",
        "channels: 8, kernel: 9, padding: 1, gain",
        ["layer conv2", "kernel", "9"],
    ),
    "odd-rows-under-pooling": (
        "channels: 8, kernel: 3, padding: 1, pool",
        "channels: 8, kernel: 4, padding: 1, pool",
        ["layer conv1", "7 rows", "windows of 2"],
    ),
    "output-of-another-number-of-classes": ("units: 4", "units: 5", ["5 units", "4 classes"]),
    "edge-from-nowhere": ("name: conv2,", "name: conv2, from: conv9,", ["conv9"]),
    "two-layers-of-one-name": ("name: conv2", "name: conv1", ["conv1"]),
    "batch-that-is-no-multiple-of-its-shards": ("shard: 4", "shard: 5", ["32", "multiple of shard 5"]),
    "input-of-another-extent-than-the-images": (
        "^network:",
        "network:\n  input: {channels: 1, rows: 8, columns: 8}",
        ["2×8×8"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_configuration(job, tmp_path, case):
    pattern, replacement, words = WRONG[case]
    path = tmp_path / "wrong.yaml"
    path.write_bytes(change(pattern, replacement).encode(errors="surrogateescape"))
    job(2, "train", path, "--run-dir", tmp_path / "run").refuses(f"{path}:", *words)
    assert not (tmp_path / "run").exists()


def test_missing_configuration(job, tmp_path):
    job(2, "train", tmp_path / "none.yaml").refuses(str(tmp_path / "none.yaml"), "No such file")
    job(2, "train", tmp_path).refuses(str(tmp_path), "folder")


UNUSABLE = {
    # Ranks that a batch cannot be shared out to cut the network instead, unless the configuration forbids it.
    "batch-smaller-than-the-ranks": (
        ["learning.batch={size: 4, shard: 4}", "grid.spin=1"],
        ["grid.spin 1", "2 ranks", "1 × 2"],
    ),
    "batch-larger-than-the-data": (
        ["learning.batch={size: 1024, shard: 4}"],
        ["learning.batch.size", "1024", "512 images"],
    ),
    "all-images-held-out": (["data.validation=576"], ["data.validation", "576"]),
    "unknown-key": (["learning.nugde=1"], ["learning.nugde", "unknown key", "did you mean `nudge`?"]),
    "no-value": (["learning.nudge"], ["learning.nudge"]),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_unusable_setting(job, tmp_path, case):
    sets, words = UNUSABLE[case]
    job(2, "train", TRAIN, "--run-dir", tmp_path / "run", *settings(*sets)).refuses(*words)
    assert not (tmp_path / "run").exists()


def test_resume_without_run_folder(job):
    job(2, "train", TRAIN, "--resume").ends(USAGE, "--resume", "--run-dir")


# Run folder


@pytest.fixture
def run(trained, tmp_path) -> Run:
    """A copy of a finished training, to be damaged."""
    shutil.copytree(trained(TRAIN).folder, tmp_path / "run")
    return Run(tmp_path / "run")


@pytest.fixture
def whole(trained) -> Run:
    """The same training as it was."""
    return trained(TRAIN)


OTHER_RUNS = {
    "without-resume": ([], ["not empty", "--resume"]),
    "another-configuration": (["--resume", "--set", "learning.nudge=0.3"], ["another configuration", "learning.nudge: 0.3, 0.2"]),
}


@pytest.mark.parametrize("case", OTHER_RUNS)
def test_folder_of_a_run_is_left_alone(job, run, whole, case):
    options, words = OTHER_RUNS[case]
    job(2, "train", TRAIN, "--run-dir", run.folder, *options).refuses(str(run.folder), *words)
    same_files(whole.folder, run.folder)


def test_folder_that_cannot_be(job, tmp_path):
    (tmp_path / "file").write_text("")
    job(2, "train", TRAIN, "--run-dir", tmp_path / "file").refuses(str(tmp_path / "file"), "is a file")
    job(2, "train", TRAIN, "--run-dir", "/proc/none").refuses("/proc/none", status=DISK)


def test_folder_in_use(start, job, tmp_path):
    run = Run(tmp_path / "busy")
    endless = settings("learning.epochs=100000")
    with start(2, "train", TRAIN, "--run-dir", run.folder, *endless) as running:
        running.waits_for((run.folder / "checkpoints/best.safetensors").exists)
        job(2, "train", TRAIN, "--run-dir", run.folder, "--resume", *endless).refuses(str(run.folder), "in use by process")
        # The job that uses it goes on until it is stopped.
        steps = int(run.rows[-1]["step"])
        running.waits_for(lambda: int(run.rows[-1]["step"]) > steps)
        running.signal(signal.SIGTERM)
        running.wait().ends(STOPPED, "SIGTERM")
    assert run.steps


# Checkpoints


def goes_on(job, run: Run, whole: Run, *words: str) -> None:
    """Checks that the run goes on from the checkpoint before its last one, with one warning, and ends with the same weights and
    figures."""
    before, last = whole.steps
    result = job(2, "train", TRAIN, "--run-dir", run.folder, "--resume").succeeds(
        "warning", str(run.folder / last.relative_to(whole.folder)), *words
    )
    assert result.text.count(last.name) == 1, result
    # Said of the step that it goes on from.
    assert re.search(rf"step\D{{0,10}}{int(before.stem.removeprefix('step-'))}\b", result.text), result
    assert len(run.starts) == 2
    same_files(whole.folder / "checkpoints", run.folder / "checkpoints")
    assert run.figures == whole.figures


CORRUPT = b"\xff\xff\xff"
CHECKPOINT_DAMAGES = {
    "corrupt": (lambda path: put(path, -100, CORRUPT), ["is corrupt"]),
    "half": (lambda path: os.truncate(path, path.stat().st_size - 1000), []),
    "empty": (lambda path: os.truncate(path, 0), []),
}


@pytest.mark.parametrize("damage", CHECKPOINT_DAMAGES)
def test_damaged_checkpoint(job, run, whole, damage):
    act, words = CHECKPOINT_DAMAGES[damage]
    act(run.steps[-1])
    goes_on(job, run, whole, *words)


def test_partial_file_is_no_checkpoint(job, run, whole):
    last = run.steps[-1]
    last.rename(f"{last}.partial")
    result = job(2, "train", TRAIN, "--run-dir", run.folder, "--resume").succeeds()
    assert re.search(r"step\D{0,10}48\b", result.text), result
    assert not run.partial_files
    same_files(whole.folder / "checkpoints", run.folder / "checkpoints")


def test_all_checkpoints_corrupt(job, run):
    for path in run.steps:
        put(path, 4000, CORRUPT)
    steps = run.steps
    result = job(2, "train", TRAIN, "--run-dir", run.folder, "--resume").ends(INPUT, "2 checkpoints", "warning")
    assert result.messages == 1, result
    assert run.steps == steps


def test_best_checkpoint_that_is_gone(job, run):
    (run.folder / "checkpoints/best.safetensors").unlink()
    metrics = run.folder / "metrics.csv"
    metrics.write_text("".join(line for line in metrics.open() if ",test," not in line))
    job(2, "train", TRAIN, "--run-dir", run.folder, "--resume").refuses("best.safetensors", "is gone", "--initial")


def test_checkpoint_of_another_network(job, run, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(change("name: conv2, channels: 8", "name: conv2, channels: 12"))
    job(2, "train", other, "--run-dir", tmp_path / "other").succeeds()
    last = run.steps[-1]
    shutil.copy(tmp_path / "other/checkpoints" / last.name, last)
    strange = last.read_bytes()
    job(2, "train", TRAIN, "--run-dir", run.folder, "--resume").refuses("conv2: 12 channels", "conv2: 8 channels")
    assert last.read_bytes() == strange


@pytest.mark.parametrize("command", ["evaluate", "inspect"])
def test_look_at_a_corrupt_checkpoint(one, run, command):
    put(run.steps[-1], -100, CORRUPT)
    result = one(command, run.steps[-1])
    assert result.status != 0
    assert str(run.steps[-1]) in result.text
    assert "corrupt" in result.text


def test_evaluate_what_is_no_run(job, tmp_path):
    job(2, "evaluate", tmp_path / "none").refuses(str(tmp_path / "none"), "no such checkpoint or run folder")
    job(2, "evaluate", tmp_path).refuses(str(tmp_path), "without checkpoints")
    job(2, "evaluate", TRAIN).refuses(str(TRAIN), "safetensors")


# Start and end of a training


def test_launcher_that_does_not_answer(program, tmp_path):
    """MPI asks the launcher over an open socket."""
    ours, theirs = socket.socketpair()
    environment = os.environ | {"PMI_FD": str(theirs.fileno()), "PMI_SIZE": "2", "EQUILIBRIA_START_SECONDS": "1"}
    ranks = [
        subprocess.Popen(
            [program, "doctor"],
            env=environment | {"PMI_RANK": str(rank)},
            pass_fds=[theirs.fileno()],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in (0, 1)
    ]
    try:
        outputs = [rank.communicate(timeout=60)[0] for rank in ranks]
    finally:
        for rank in ranks:
            rank.kill()
        ours.close()
        theirs.close()
    assert [rank.returncode for rank in ranks] == [ERROR, ERROR]
    text = "".join(outputs)
    assert len(re.findall("^Error", text, flags=re.MULTILINE)) == 1, text
    assert "EQUILIBRIA_START_SECONDS" in text


def test_training_that_is_not_finite(job, tmp_path):
    sets = settings("learning.optimiser={kind: sgd, learningRate: 1.0e30}")
    words = ["not finite", "epoch 1, step", "learning rate", "--initial"]
    job(2, "train", TRAIN, "--run-dir", tmp_path / "run", *sets).refuses(*words, status=DIVERGED)
    # The log ends with it, and its time.
    last = (tmp_path / "run/log.txt").read_text().splitlines()[-1]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  Error: .*not finite in epoch 1", last)
    assert not (tmp_path / "run/lock").exists()
    assert not list(tmp_path.rglob("step-*"))


def test_weights_that_overflow(job, one, tmp_path):
    """One step an epoch: the first is taken with the rate 0 of the warm-up, and in the second one it is the weights that
    overflow, before any loss or gradient does."""
    run = Run(tmp_path / "run")
    sets = ["learning.batch={size: 512, shard: 32}", "learning.optimiser={kind: sgd, learningRate: 1.0e30, weightDecay: 1.0e30}"]
    job(2, "train", TRAIN, "--run-dir", run.folder, *settings(*sets)).refuses(
        "tensor ", "not finite", "epoch 2, step 2", "checkpoint", status=DIVERGED
    )
    assert [path.name for path in run.steps] == ["step-00000001.safetensors"]
    assert 0 <= one("evaluate", run.folder, "--json").succeeds().json["accuracy"] <= 1


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 512 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], capture_output=True, check=False)
    if mount.returncode:
        pytest.skip("this user may not mount a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk(job, trained, small_disk, tmp_path):
    """A checkpoint takes 168 KiB: those of the first epoch find room, the second ones do not."""
    sets = ["learning.optimiser.kind=adam", "learning.warmStart=true"]
    job(2, "train", TRAIN, "--run-dir", small_disk / "run", *settings(*sets)).refuses(
        "No space left", str(small_disk / "run"), status=DISK
    )
    filled = Run(tmp_path / "filled")
    shutil.copytree(small_disk / "run", filled.folder)
    assert not filled.partial_files
    assert filled.steps
    # It goes on where there is room.
    job(2, "train", TRAIN, "--run-dir", filled.folder, "--resume", *settings(*sets)).succeeds()
    assert filled.is_complete
    same_files(trained(TRAIN, *sets).folder / "checkpoints", filled.folder / "checkpoints")


# Files of `relax`


@pytest.fixture
def case(tmp_path):
    return make_case(RELAX, tmp_path)


def drop(name):
    return lambda tensors: tensors.pop(name)


def replace(name, act):
    return lambda tensors: tensors.update({name: np.ascontiguousarray(act(tensors[name]))})


def set_label(tensors: dict, sample: int, label: int) -> None:
    tensors["labels"][sample] = label


# The file, what is done to its tensors, and words of the message.
RELAX_CASES = {
    "missing-tensor": ("weights", drop("conv2.bias"), ["`conv2.bias`"]),
    "misshapen-tensor": (
        "weights",
        replace("conv2.conv1.weight", lambda value: value[:, :, :2]),
        ["`conv2.conv1.weight`", "[16, 8, 2, 3]", "[16, 8, 3, 3]"],
    ),
    "tensor-of-no-layer": ("weights", lambda tensors: tensors.update({"conv3.bias": tensors["conv2.bias"]}), ["conv3.bias"]),
    "tensor-of-another-type": (
        "weights",
        replace("conv2.bias", lambda value: value.astype(np.int32)),
        ["{file}", "conv2.bias", "I32"],
    ),
    "label-out-of-range": ("input", lambda tensors: set_label(tensors, 2, 5), ["label 5", "sample 2", "0 to 4"]),
    "negative-label": ("input", lambda tensors: set_label(tensors, 1, -1), ["label -1", "sample 1"]),
    "too-few-labels": ("input", replace("labels", lambda value: value[:2]), ["`labels`", "[2]", "[4]"]),
    "images-of-another-extent": ("input", replace("x", lambda value: value[:, :, :7]), ["`x`", "[4, 2, 7, 8]"]),
    "pixel-that-is-no-number": (
        "input",
        lambda tensors: tensors["x"][2].flat.__setitem__(7, np.nan),
        ["`x`", "sample 2, element 7", "nan"],
    ),
    "weight-that-is-infinite": (
        "weights",
        lambda tensors: tensors["conv2.bias"].__setitem__(1, np.inf),
        ["`conv2.bias`", "element 1", "inf"],
    ),
    "no-images": (
        "input",
        lambda tensors: tensors.update({name: value[:0] for name, value in tensors.items()}),
        ["`x`", "[0, 2, 8, 8]"],
    ),
}


@pytest.mark.parametrize("fault", RELAX_CASES)
def test_tensors_that_relax_refuses(job, case, tmp_path, fault):
    name, act, words = RELAX_CASES[fault]
    path = tmp_path / name
    tensors = load_file(path)
    act(tensors)
    save_file(tensors, path)
    job(2, "relax", RELAX, *case, "--output", tmp_path / "output").refuses(*(word.format(file=path) for word in words))
    assert not (tmp_path / "output").exists()


# What becomes of the file of weights, and words of the message.
WEIGHT_FILES = {
    "missing": (Path.unlink, ["No such file"]),
    "half": (lambda path: os.truncate(path, 500), []),
    "header-of-impossible-length": (lambda path: path.write_bytes(b"\xff" * 7 + b"\x7f{}"), ["is not a safetensors file"]),
}


@pytest.mark.parametrize("fault", WEIGHT_FILES)
def test_weights_that_relax_refuses(job, case, tmp_path, fault):
    act, words = WEIGHT_FILES[fault]
    act(tmp_path / "weights")
    job(2, "relax", RELAX, *case, "--output", tmp_path / "output").refuses(str(tmp_path / "weights"), *words)
    assert not (tmp_path / "output").exists()


def test_relax_into_a_folder_that_does_not_exist(job, case, tmp_path):
    job(2, "relax", RELAX, *case, "--output", tmp_path / "none/out").refuses(str(tmp_path / "none/out"), status=DISK)


# Paths and standard input


def test_home_folder(one, tmp_path):
    """`~` that no shell has replaced: behind `=`, between quotes, and in the configuration."""
    home = {"HOME": str(tmp_path)}
    one("train", TRAIN, "--run-dir=~/run", env=home).succeeds()
    assert Run(tmp_path / "run").is_complete
    one("report", "~/run", "--output", "~/page.html", env=home).succeeds()
    assert (tmp_path / "page.html").exists()
    one("train", TRAIN, *settings("run.folder=~/all"), env=home).succeeds()
    assert len(list((tmp_path / "all").glob("*/metrics.csv"))) == 1


def test_configuration_from_standard_input(job, launcher, program, tmp_path):
    run = Run(tmp_path / "run")
    line = f'exec "{launcher}" -n 2 "{program}" train - --run-dir "{run.folder}" < "{TRAIN}"'
    job(None, command=["bash", "-c", line]).succeeds()
    assert run.is_complete
    line = f'echo "name: [" | "{launcher}" -n 2 "{program}" train -'
    job(None, command=["bash", "-c", line]).refuses("standard input:", "not YAML", status=INPUT)


def test_data_beside_the_configuration(job, tmp_path):
    """A folder that is relative to the configuration's is found from anywhere, also by `evaluate`."""
    write_images(tmp_path / "data")
    (tmp_path / "configs").mkdir()
    configuration = tmp_path / "configs/images.yaml"
    configuration.write_text(IMAGES.read_text().replace("name: cifar10", "name: cifar10\n  folder: ../data", 1))
    assert "../data" in configuration.read_text()
    job(2, "train", configuration, "--run-dir", tmp_path / "run", cwd=tmp_path).succeeds()
    job(2, "evaluate", tmp_path / "run").succeeds("test accuracy")


def test_resume_of_nothing_says_so(job, tmp_path):
    job(2, "train", TRAIN, "--run-dir", tmp_path / "mistyped", "--resume").succeeds(
        f"there is no checkpoint in {tmp_path}/mistyped"
    )


def test_unknown_kernels(job):
    job(2, "doctor", env={"EQUILIBRIA_KERNELS": "none"}).refuses("EQUILIBRIA_KERNELS=none", "baseline")


# Limits of machines


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        (["learning.rule=backpropagation", "hardware.training.weightBits=4"], "hardware.training"),
        (["learning.rule=backpropagation", "hardware.inference.weightBits=4"], "hardware.inference"),
        (["learning.rule=backpropagationThroughTime", "hardware.training.mismatch=0.1"], "hardware.training"),
        (["network.energy=predictive", "hardware.training.weightBits=4"], "hardware.training"),
        (["network.energy=predictive", "hardware.inference.weightBits=4"], "hardware.inference"),
    ],
)
def test_limits_of_no_machine(one, changes, key):
    """They would be ignored in silence where nothing relaxes."""
    one("train", TRAIN, "--check", *settings(*changes)).ends(INPUT, key, "leave it out")

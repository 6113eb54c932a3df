"""A training that is killed again and again, stopped in every phase, or finds its checkpoint cut short at any place, ends with
the bits of an uninterrupted one."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from jobs import CONFIGURATIONS, children
from runs import Run, same_files, settings

TRAIN = CONFIGURATIONS / "train.yaml"
LONG = [
    "learning.epochs=40",
    "learning.warmStart=true",
    "learning.optimiser.kind=adam",
    "learning.optimiser.learningRate=0.001",
    "run.checkpoint.seconds=0.1",
]
# A signal that meets the launcher while it starts the ranks may leave them waiting for it.
IMPATIENT = {"EQUILIBRIA_START_SECONDS": "10"}


def alike(one: Run, other: Run) -> None:
    """Checks that both runs end with the same bits. Which checkpoint is the last but one depends on the time."""
    for name in ("best.safetensors", "step-00000640.safetensors"):
        assert one.checkpoints[name].read_bytes() == other.checkpoints[name].read_bytes(), f"{name} differs"
    assert one.figures == other.figures


@pytest.fixture(scope="module")
def whole(job, once) -> tuple[Run, float]:
    """The uninterrupted training, and its seconds."""

    def make(folder: Path) -> None:
        result = job(2, "train", TRAIN, "--run-dir", folder, *settings(*LONG)).succeeds()
        (folder / "seconds").write_text(str(result.seconds))

    folder = once("crashes", make)
    return Run(folder), float((folder / "seconds").read_text())


@pytest.fixture
def begin(start):
    """A start of a run on so many ranks, in the background."""
    return lambda ranks, folder, **options: start(
        ranks, "train", TRAIN, *settings(*LONG), "--run-dir", folder, "--resume", env=IMPATIENT, **options
    )


@pytest.fixture
def finish(job):
    """The run, on so many ranks to its end."""

    def finish(ranks: int, folder: Path) -> Run:
        job(ranks, "train", TRAIN, *settings(*LONG), "--run-dir", folder, "--resume", env=IMPATIENT).succeeds()
        assert Run(folder).is_complete
        return Run(folder)

    return finish


@pytest.mark.seconds(60)
@pytest.mark.parametrize("deaths", [10, pytest.param(50, marks=pytest.mark.all)])
def test_deaths_at_random_moments(begin, finish, whole, tmp_path, deaths):
    uninterrupted, seconds = whole
    folder = tmp_path / "killed"
    died = 0
    for _ in range(10 * deaths):
        # A complete run is begun anew, so that there is always something to die.
        if Run(folder).is_complete:
            alike(uninterrupted, Run(folder))
            shutil.rmtree(folder)
        with begin(random.randint(1, 3), folder) as running:
            time.sleep(random.uniform(0, seconds / 3))
            victims = running.ranks()
            if victims:
                try:
                    os.kill(random.choice(victims), signal.SIGKILL)
                    died += 1
                except ProcessLookupError:
                    pass
            running.wait()
        if died == deaths:
            break
    assert died == deaths
    alike(uninterrupted, finish(2, folder))


@pytest.mark.seconds(6)
@pytest.mark.parametrize("part", [0, 1, 3, 10, 30, 60, 95], ids=lambda part: f"{part}%")
def test_stopped_in_every_phase(begin, finish, whole, tmp_path, part):
    uninterrupted, seconds = whole
    with begin(2, tmp_path / "stopped") as running:
        time.sleep(seconds * part / 100)
        running.signal(signal.SIGTERM)
        running.wait()
    alike(uninterrupted, finish(3, tmp_path / "stopped"))


@pytest.mark.parametrize("stride", [8, pytest.param(1, marks=pytest.mark.all)], ids=lambda stride: f"{stride}KiB")
def test_checkpoint_cut_short_anywhere(job, trained, tmp_path, stride):
    short = trained(TRAIN)
    size = short.steps[-1].stat().st_size
    cut = Run(tmp_path / "cut")
    for length in range(0, size, 1024 * stride):
        shutil.rmtree(cut.folder, ignore_errors=True)
        shutil.copytree(short.folder, cut.folder)
        last = cut.steps[-1]
        os.truncate(last, length)
        result = job(2, "train", TRAIN, "--run-dir", cut.folder, "--resume").succeeds("warning", str(last))
        assert result.text.count(str(last)) == 1, f"cut to {length} of {size} bytes"
        assert cut.is_complete
        same_files(short.folder / "checkpoints", cut.folder / "checkpoints")


@pytest.mark.seconds(8)
@pytest.mark.skipif(not shutil.which("faketime"), reason="clocks that jump need the program faketime")
def test_clocks_that_jump(begin, finish, whole, tmp_path):
    """A run that is resumed before it began, by its clock, and a year after."""
    uninterrupted, seconds = whole
    folder = tmp_path / "jumps"
    for shift in ("+0d", "-400d", "+400d"):
        with begin(2, folder, prefix=["faketime", "-f", shift]) as running:
            time.sleep(seconds / 5)
            # Some versions of faketime start a child, which is the launcher then.
            below = [child for child in children(running.pid) if Path(os.readlink(f"/proc/{child}/exe")).name.startswith("mpi")]
            if below:
                os.kill(below[0], signal.SIGTERM)
            else:
                running.signal(signal.SIGTERM)
            running.wait()
    alike(uninterrupted, finish(2, folder))

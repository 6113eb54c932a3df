"""A training that is stopped by a signal or killed, and resumed on another number of ranks, ends with the same bits."""

import os
import random
import re
import shlex
import signal
import time

import pytest

from jobs import CONFIGURATIONS, STOPPED
from runs import Moment, Run, same_run, settings

TRAIN = CONFIGURATIONS / "train.yaml"
# Some seconds of training; checkpoints by time too, so that those of a killed job lie anywhere.
LONG = [
    "learning.epochs=120",
    "learning.warmStart=true",
    "learning.optimiser.kind=adam",
    "learning.optimiser.learningRate=0.001",
    "run.checkpoint.seconds=0.2",
]
# Some tenths of a second.
SHORT = ["learning.epochs=20"]
OSCILLATORS = [
    "relaxation.machine=oscillator",
    "relaxation.oscillator.noise=0.05",
    *(f"hardware.training.{limit}" for limit in ("weightBits=7", "weightRange=1", "updates=inPlace", "rounding=stochastic")),
    "learning.epochs=60",
    "run.checkpoint.seconds=0.2",
]


def resumed(job, run: Run, ranks: int, sets: list[str]) -> Run:
    """The run, which went on on so many ranks from where it was, to its end."""
    before = Moment(run)
    job(ranks, "train", TRAIN, "--run-dir", run.folder, "--resume", *settings(*sets)).succeeds()
    assert before.is_continued_by(run)
    assert run.is_complete
    return run


def stopped(start, folder, ranks: int, epoch: int, name: str, sets: list[str]) -> Run:
    """A run that the signal of this name stopped in this epoch.

    One rank is started without a launcher, since MPICH's loses the exit code of a single rank after a signal.
    """
    run = Run(folder)
    with start(None if ranks == 1 else ranks, "train", TRAIN, "--run-dir", folder, *settings(*sets)) as running:
        running.waits_for(lambda: any(row["kind"] == "validation" and row["epoch"] == str(epoch - 1) for row in run.rows))
        running.signal(getattr(signal, name))
        result = running.wait().ends(STOPPED, name, str(folder), "--resume")
    step = int(run.steps[-1].stem.removeprefix("step-"))
    assert re.search(rf"\b{step}\b", result.text), f"step {step} is not named\n{result}"
    assert not run.is_complete
    assert not (folder / "lock").exists()
    assert not run.partial_files
    return run


@pytest.mark.seconds(10)
@pytest.mark.parametrize(
    ("name", "epoch", "before", "after"),
    [("SIGTERM", 2, 2, 3), ("SIGINT", 30, 3, 1), ("SIGUSR1", 9, 1, 4), ("SIGINT", 60, 2, 2), ("SIGHUP", 7, 1, 2)],
)
def test_stopped_by_a_signal(start, job, trained, tmp_path, name, epoch, before, after):
    run = stopped(start, tmp_path / "run", before, epoch, name, LONG)
    same_run(trained(TRAIN, *LONG), resumed(job, run, after, LONG))


@pytest.mark.parametrize(("name", "prefix"), [("SIGUSR2", []), ("SIGHUP", ["nohup"])])
def test_a_signal_that_means_nothing(start, tmp_path, name, prefix):
    """SIGUSR2, and SIGHUP under nohup: the training goes on to its end."""
    run = Run(tmp_path / "run")
    with start(None, "train", TRAIN, "--run-dir", run.folder, *settings(*SHORT), prefix=prefix) as running:
        running.waits_for(lambda: any(row["kind"] == "epoch" for row in run.rows))
        running.signal(getattr(signal, name))
        running.wait().succeeds()
    assert run.is_complete


def test_a_reader_that_goes_away(job, program, tmp_path):
    """`train | head`: the training goes on, and its log has what nobody reads."""
    run = Run(tmp_path / "run")
    words = [program, "train", TRAIN, "--run-dir", run.folder, *settings(*SHORT)]
    line = shlex.join(str(word) for word in words) + " 2>&1 | head -n 1; exit ${PIPESTATUS[0]}"
    job(None, command=["bash", "-c", line]).succeeds()
    assert run.is_complete
    assert "test accuracy" in (run.folder / "log.txt").read_text()


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_signal_during_the_test(start, trained, tmp_path, ranks):
    """An evaluation of so many sweeps that only a signal ends it."""
    run = trained(TRAIN)
    endless = settings("run.evaluation.sweeps=100000", "run.evaluation.tolerance=0")
    with start(ranks, "evaluate", run.folder, *endless) as running:
        time.sleep(2)
        running.signal(signal.SIGTERM)
        running.wait().ends(STOPPED, "SIGTERM", "stopped before the result")


# Validations that take longer than everything else.
THOROUGH = ["learning.epochs=2", "run.evaluation.sweeps=4000", "run.evaluation.tolerance=0", "relaxation.free.tolerance=0"]


@pytest.mark.seconds(20)
@pytest.mark.parametrize(("name", "before", "after"), [("SIGTERM", 1, 2), ("SIGUSR1", 2, 1), ("SIGHUP", 1, 1)])
def test_a_signal_during_validation(start, job, trained, tmp_path, name, before, after):
    """The epoch is done, its validation is not: the resumed run makes it, and ends with the same bits and rows."""
    run = Run(tmp_path / "run")
    with start(None if before == 1 else before, "train", TRAIN, "--run-dir", run.folder, *settings(*THOROUGH)) as running:
        running.waits_for(lambda: any(row["kind"] == "epoch" for row in run.rows))
        running.signal(getattr(signal, name))
        running.wait().ends(STOPPED, name, "--resume")
    assert [row["kind"] for row in run.rows if row["kind"] != "interval"] == ["epoch"]
    assert not run.is_complete and len(run.steps) == 1
    same_run(trained(TRAIN, *THOROUGH), resumed(job, run, after, THOROUGH))
    assert [row["epoch"] for row in run.rows if row["kind"] == "validation"] == ["1", "2"]


@pytest.mark.seconds(20)
def test_oscillators_with_noise_stopped(start, job, trained, tmp_path):
    run = stopped(start, tmp_path / "run", 2, 9, "SIGTERM", OSCILLATORS)
    same_run(trained(TRAIN, *OSCILLATORS), resumed(job, run, 3, OSCILLATORS))


@pytest.mark.seconds(12)
def test_killed_at_random_moments(start, job, trained, tmp_path):
    run = Run(tmp_path / "run")
    for ranks in (2, 3, 1, 4, 2):
        with start(ranks, "train", TRAIN, "--run-dir", run.folder, "--resume", *settings(*LONG)) as running:
            time.sleep(random.uniform(0.4, 0.9))
            # It gets no chance to write anything.
            os.kill(random.choice(running.ranks()), signal.SIGKILL)
            assert running.wait().status != 0
    job(2, "train", TRAIN, "--run-dir", run.folder, "--resume", *settings(*LONG)).succeeds()
    same_run(trained(TRAIN, *LONG), run)
    # One that is complete changes nothing.
    same_run(trained(TRAIN, *LONG), resumed(job, run, 3, LONG))

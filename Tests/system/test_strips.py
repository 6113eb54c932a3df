"""One network cut across ranks: the same checkpoints, figures and relaxed states on every process grid, checkpoints that go on
on another grid, messages as many and as long as the partition predicts, and what is said of grids that cannot be, of a rank
that does not answer, and of memory that does not suffice."""

import os
import re
import shutil
import signal
import subprocess

import pytest
from safetensors.numpy import load_file

from jobs import CONFIGURATIONS, ERROR
from reference import make_case
from runs import Moment, Run, same_run, settings

STRIPS = CONFIGURATIONS / "strips.yaml"
TRAIN = CONFIGURATIONS / "train.yaml"


def grid(data: int, spin: int) -> list[str]:
    return [f"grid.data={data}", f"grid.spin={spin}"]


def name(shape) -> str:
    return "x".join(map(str, shape)) if isinstance(shape, tuple) else str(shape)


def messages_are_as_predicted(run: Run) -> None:
    """Checks that the timing breakdown has the messages and bytes of the partition."""
    (line,) = (line for line in (run.folder / "timing.txt").read_text().splitlines() if "predicted by the partition" in line)
    measured, predicted = (re.findall(r"[\d.]+", part) for part in line.split("predicted"))
    assert measured == predicted, line
    assert float(measured[0]) > 0, line


def same_tensors(one: dict, other: dict) -> None:
    assert one.keys() == other.keys()
    for tensor, value in one.items():
        assert value.tobytes() == other[tensor].tobytes(), tensor


@pytest.mark.parametrize("shape", [(1, 2), (1, 3), (2, 2), (1, 4), (4, 2), (1, 8)], ids=name)
def test_same_bits_on_every_grid(trained, shape):
    data, spin = shape
    run = trained(STRIPS, *grid(data, spin), ranks=data * spin)
    assert run.starts[0]["grid"] == [data, spin]
    same_run(trained(STRIPS, ranks=None), run)
    messages_are_as_predicted(run)


def test_exchange_without_overlap(trained):
    whole, run = trained(STRIPS, ranks=None), trained(STRIPS, *grid(1, 2), "exchange.overlap=false", ranks=2)
    # Their configurations, which differ, are in the checkpoints.
    same_tensors(load_file(whole.steps[-1]), load_file(run.steps[-1]))
    assert whole.figures == run.figures
    messages_are_as_predicted(run)


@pytest.mark.parametrize(("first", "second"), [((1, 1), (1, 2)), ((1, 2), (2, 2)), ((2, 2), (1, 3)), ((1, 4), (1, 1))], ids=name)
def test_training_goes_on_on_another_grid(job, trained, tmp_path, first, second):
    long = ["learning.epochs=4", "learning.warmStart=true"]
    whole = trained(STRIPS, *long, ranks=None)
    run = Run(tmp_path / "moved")

    def part(shape, *more):
        ranks = shape[0] * shape[1]
        job(ranks, "train", STRIPS, "--run-dir", run.folder, *more[1:], *settings(*long, *more[:1], *grid(*shape))).succeeds()

    part(first, "learning.epochs=2")
    before = Moment(run)
    part(second, "learning.epochs=4", "--resume")
    assert before.is_continued_by(run)
    last = "step-00000008.safetensors"
    assert whole.checkpoints[last].read_bytes() == run.checkpoints[last].read_bytes()


@pytest.mark.parametrize("shape", [(1, 2), (2, 2), (1, 3)], ids=name)
def test_evaluate_on_grids(job, one, trained, shape):
    whole = one("evaluate", trained(STRIPS, ranks=None).folder, "--json").succeeds().json
    run = trained(STRIPS, *grid(2, 2), ranks=4)
    report = job(shape[0] * shape[1], "evaluate", run.folder, "--json", *settings(*grid(*shape))).succeeds().json
    assert report.pop("checkpoint") != whole.pop("checkpoint")
    assert report == whole
    assert 0 <= report["accuracy"] <= 1


@pytest.mark.parametrize("strips", [2, 3])
@pytest.mark.parametrize("case", ["checkerboard", "synchronous", "sequential-readout", "mixed", "one-sided"])
def test_relax_on_strips(job, one, tmp_path, case, strips):
    configuration = CONFIGURATIONS / f"relax-{case}.yaml"
    files = make_case(configuration, tmp_path, batch=3)
    one("relax", configuration, *files, "--output", tmp_path / "whole").succeeds()
    job(strips, "relax", configuration, *files, "--output", tmp_path / "strips", *settings(*grid(1, strips))).succeeds()
    same_tensors(load_file(tmp_path / "whole"), load_file(tmp_path / "strips"))


IMPOSSIBLE = {
    "grid-of-four-on-two-ranks": (2, STRIPS, grid(2, 2), ["grid.data 2, grid.spin 2", "2 ranks", "2 × 1, 1 × 2"]),
    "two-strips-on-three-ranks": (3, STRIPS, ["grid.spin=2"], ["grid.spin 2", "3 × 1, 1 × 3"]),
    "more-strips-than-rows": (4, TRAIN, ["grid.spin=8"], ["8 strips", "4 rows", "4 × 1, 2 × 2, 1 × 4"]),
    "more-networks-than-micro-shards": (
        4,
        STRIPS,
        ["learning.batch.size=4", "grid.data=4"],
        ["4 data groups", "1 micro-shard;", "1 × 4"],
    ),
    "no-strip": (2, STRIPS, ["grid.spin=0"], ["grid.spin", "from 1"]),
    "exchange-every-0-sweeps": (2, STRIPS, ["exchange.every=0"], ["exchange.every", "from 1 to 1000"]),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_grids_that_cannot_be(job, tmp_path, case):
    ranks, configuration, sets, words = IMPOSSIBLE[case]
    job(ranks, "train", configuration, "--run-dir", tmp_path / "bad", *settings(*sets)).refuses(*words)
    assert not (tmp_path / "bad").exists()


def test_fastest_grid_is_predicted(job, tmp_path):
    job(2, "train", STRIPS, "--run-dir", tmp_path / "chosen", *settings("learning.epochs=1")).succeeds("2 × 1", "1 × 2")
    run = Run(tmp_path / "chosen")
    assert run.is_complete
    assert run.starts[0]["grid"] == [2, 1]


SILENT = "no sign of life from"
# What runs, what shows that it does, and what the message says.
WAITING = {
    "exchange": (
        ["train", STRIPS, *settings("learning.epochs=5000", "grid.spin=2", "timeouts.exchange=1")],
        "epoch",
        ["timed out waiting for rank", "in the exchange of", "(strip", SILENT],
    ),
    "search": (
        ["solve", "torus:40x40", "--reads=1000000", "--sweeps=1000", "--spread=replicas", "--timeout=1"],
        "checkpoint.safetensors",
        ["not finished within 1.0 seconds", SILENT],
    ),
    "shared search": (
        ["solve", "torus:40x40", "--reads=1000000", "--sweeps=1000", "--spread=spins", "--timeout=1"],
        "checkpoint.safetensors",
        ["not finished within 1.0 seconds", SILENT],
    ),
    "sampling": (
        ["sample", "torus:40x40", "--temperature=1", "--rounds=30", "--timeout=1"],
        "checkpoint.safetensors",
        ["not finished within 1.0 seconds", SILENT],
    ),
}


@pytest.mark.seconds(8)
@pytest.mark.parametrize("what", WAITING)
def test_rank_that_does_not_answer(start, tmp_path, what):
    """The others end the job after the deadline, with one message that names the rank."""
    arguments, sign, message = WAITING[what]
    run = Run(tmp_path / "stuck")
    often = [] if sign == "epoch" else ["--checkpoint-every=0.001"]
    with start(2, *arguments, "--run-dir", run.folder, *often) as running:
        running.waits_for(
            lambda: any(row["kind"] == sign for row in run.rows) if sign == "epoch" else (run.folder / sign).exists()
        )
        # It stays stopped until the end of the job, which ends all its processes.
        os.kill(running.ranks()[-1], signal.SIGSTOP)
        result = running.wait().ends(ERROR, *message)
    assert result.stderr.count("Error on rank") == 1 and "(rank 1)" in result.stderr


# MPICH's communicators are numbers. The first nodes' groups are made when MPI starts, the second ones by whoever reads data.
STOPS = """
#include <signal.h>
#include <stdlib.h>
#include <string.h>
int PMPI_Comm_split_type(int, int, int, int, int *);
int MPI_Comm_split_type(int all, int type, int key, int info, int *part) {
  static int calls;
  int code = PMPI_Comm_split_type(all, type, key, info, part);
  if (++calls == 2 && !strcmp(getenv("PMI_RANK"), "1")) raise(SIGSTOP);
  return code;
}
"""


@pytest.mark.skipif(shutil.which("clang") is None, reason="no clang")
@pytest.mark.seconds(8)
def test_rank_that_does_not_answer_while_data_are_read(start, tmp_path):
    library = tmp_path / "stops.so"
    subprocess.run(["clang", "-shared", "-fPIC", "-xc", "-", "-o", library], input=STOPS, text=True, check=True)
    sets = settings("timeouts.load=1")
    with start(2, "train", STRIPS, "--run-dir", tmp_path / "run", *sets, env={"LD_PRELOAD": str(library)}) as running:
        result = running.wait().ends(ERROR, "not finished within 1.0 seconds", SILENT, "(rank 1)")
    assert result.stderr.count("Error on rank") == 1


def test_network_too_large_for_one_rank(one, job, tmp_path):
    """Under a limit of memory it trains on four."""
    tall = CONFIGURATIONS / "tall.yaml"
    limited = ["prlimit", f"--as={700_000 * 1024}"]
    one("train", tall, "--run-dir", tmp_path / "one", prefix=limited).refuses("64 samples", "one rank", "MB", "grid.spin")
    job(4, "train", tall, "--run-dir", tmp_path / "four", *settings(*grid(1, 4)), prefix=limited).succeeds()
    assert Run(tmp_path / "four").is_complete

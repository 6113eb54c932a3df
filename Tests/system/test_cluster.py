"""Trainings over the hosts of a virtual cluster: plain mpirun, links that are slow or fail, hosts that are killed or vanish.

They need root, and make their hosts from network namespaces.
"""

import os
import re
import signal
from pathlib import Path

import pytest

from cluster import Cluster, can_make_hosts
from jobs import CONFIGURATIONS, ERROR
from runs import Moment, Run, same_run, settings

pytestmark = [
    pytest.mark.xdist_group("hosts"),
    pytest.mark.seconds(70),
    pytest.mark.skipif(not can_make_hosts(), reason="this user may not make network namespaces and links"),
]

TRAIN = CONFIGURATIONS / "train.yaml"
# Some seconds of training, with checkpoints anywhere.
LONG = [
    "learning.epochs=120",
    "learning.warmStart=true",
    "learning.optimiser.kind=adam",
    "learning.optimiser.learningRate=0.001",
    "run.checkpoint.seconds=0.5",
]


@pytest.fixture(scope="module")
def empty_cluster(job, start):
    """A cluster without hosts."""
    cluster = Cluster(f"h{os.getpid() % 100000}", job, start)
    cluster("install", timeout=280).succeeds()
    yield cluster
    cluster.down()


@pytest.fixture(scope="module")
def limited(empty_cluster):
    """Three hosts whose links carry 200 Mbit/s and take 2 ms one way."""
    empty_cluster.up("--hosts", 3, "--rate", "200mbit", "--delay", "2ms")
    return empty_cluster


@pytest.fixture(scope="module")
def cluster(limited):
    """Three hosts whose links have no limit."""
    limited("shape").succeeds()
    assert limited("status").stdout.splitlines()[-1].endswith("rate= delay= loss=")
    return limited


def test_rate_without_a_unit(empty_cluster):
    result = empty_cluster("up", "--hosts", 3, "--rate", "5furlongs")
    assert result.status != 0
    assert "5furlongs" in result.text
    assert not empty_cluster.links()


def test_there_are_three_hosts(limited):
    assert len(limited.hosts) == 3
    result = limited("up")
    assert result.status != 0
    assert "up already" in result.text


def test_links_are_as_slow_as_they_should_be(limited, start):
    """An echo between two hosts takes two delays, and bytes the time that the rate needs: lower bounds, whatever the machine
    does."""
    first, second, _ = limited.hosts
    probe = ["python3", Path(__file__).with_name("link_probe.py")]
    with start(None, command=[*limited.command, "exec", second, *probe, "serve"]):
        result = limited("exec", first, *probe, "measure", second).succeeds()
    echo, rate = map(float, result.stdout.split())
    assert echo >= 0.004
    assert 0 < rate <= 200e6 * 1.05


def test_scaling_study_over_hosts(limited, one, tmp_path):
    """It measures the same network from inside."""
    launcher = " ".join(map(str, [*limited.command, "run"]))
    arguments = [
        "torus:60x40",
        "--ranks",
        2,
        "--repeats",
        1,
        "--predict",
        16,
        "--folder",
        tmp_path / "study",
        "--launcher",
        launcher,
    ]
    one("scaling", *arguments).succeeds("2 nodes")
    values = (tmp_path / "study/scaling.csv").read_text().splitlines()[1].split(",")
    latency, bandwidth = map(float, values[19:21])
    assert 0.002 <= latency < 0.02
    assert 0 < bandwidth <= 25e6 * 1.05


def test_doctor_over_hosts(cluster, program):
    first, second, _ = cluster.hosts
    cluster.run("doctor", program=program).succeeds("3 ranks on 3 hosts", f"{first} (1), {second} (1)")


def test_training_over_hosts(cluster, program, trained, tmp_path):
    run = Run(tmp_path / "run")
    cluster.run("train", TRAIN, "--run-dir", run.folder, program=program).succeeds()
    assert run.starts[0]["hosts"] == cluster.hosts
    same_run(trained(TRAIN, ranks=1), run)


def test_killed_host(cluster, program, trained, job, tmp_path):
    """Its lock stays, since nobody can know of another host whether the job is dead, except the same batch job's next start."""
    first, second, _ = cluster.hosts
    run = Run(tmp_path / "run")
    arguments = ["train", TRAIN, *settings(*LONG), "--run-dir", run.folder]
    with cluster.start(*arguments, program=program, env={"EQUILIBRIA_BATCH_JOB": "test/1"}) as running:
        running.waits_for(lambda: any(row["kind"] == "validation" and row["epoch"] == "20" for row in run.rows))
        for process in cluster.processes(second):
            if Path(f"/proc/{process}/exe").resolve() == program.resolve():
                os.kill(process, signal.SIGKILL)
        assert running.wait().status != 0
    job(2, *arguments, "--resume").refuses("in use by process", f"on {first}")
    before = Moment(run)
    job(2, *arguments, "--resume", env={"EQUILIBRIA_BATCH_JOB": "test/2"}).succeeds()
    assert before.is_continued_by(run)
    same_run(trained(TRAIN, *LONG), run)


def test_host_without_the_data(cluster, program, tmp_path):
    _, second, _ = cluster.hosts
    data, empty, differs = tmp_path / "data", tmp_path / "empty", tmp_path / "differs"
    data.mkdir()
    empty.mkdir()
    for name in [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]:
        (data / name).write_bytes(bytes(4 * 3073))
    differs.write_text(f'#!/bin/sh\n[ "$(hostname)" != "{second}" ] || mount --bind "{empty}" "{data}"\nexec "{program}" "$@"\n')
    differs.chmod(0o755)
    arguments = ["train", CONFIGURATIONS / "images.yaml", "--run-dir", tmp_path / "run", *settings(f"data.folder={data}")]
    cluster.run(*arguments, program=differs).refuses(f"rank 1 of 3 ({second})", "cifar10 not found")
    assert not (tmp_path / "run").exists()


# Long validations, in which the ranks ask each other whether to stop.
VALIDATES = ["run.evaluation.sweeps=100000", "run.evaluation.tolerance=0"]


@pytest.mark.parametrize(("grid", "more"), [("spin", []), ("data", []), ("data", VALIDATES)], ids=["spin", "data", "validation"])
def test_host_that_vanishes(cluster, program, tmp_path, grid, more):
    """The wait that runs past its deadline is that for a neighbour's rows, for the gradients of others, or a sum over all."""
    _, second, _ = cluster.hosts
    run = Run(tmp_path / "run")
    sets = settings("learning.epochs=100000", f"grid.{grid}=3", "timeouts.exchange=5", *more)
    arguments = ["train", CONFIGURATIONS / "strips.yaml", "--run-dir", run.folder, *sets]
    with cluster.start(*arguments, program=program) as running:
        running.waits_for(lambda: any(row["kind"] == "epoch" for row in run.rows))
        cluster("link", second, "down").succeeds()
        try:
            result = running.wait()
        finally:
            cluster("link", second, "up").succeeds()
    result.ends(ERROR, f"{second} (rank 1)")
    assert re.search(r"timed out waiting for|not finished within 5\.0 seconds", result.text), result


def test_cluster_leaves_nothing_behind(cluster):
    assert cluster.links()
    cluster("down").succeeds()
    assert not cluster.links()

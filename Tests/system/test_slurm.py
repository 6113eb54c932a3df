"""Slurm on the hosts of a virtual cluster: a job that is stopped, requeued and resumed, and the other job scripts of deploy/.

They need root, and Debian's packages of Slurm, which `scripts/virtual-cluster install --slurm` gets.
"""

import csv
import json
import os
import re
import shutil
import time
from pathlib import Path

import pytest

from cluster import Cluster, can_make_hosts
from jobs import CONFIGURATIONS, ROOT
from runs import Run, same_run
from test_cluster import LONG

TRAIN = CONFIGURATIONS / "train.yaml"

pytestmark = [
    pytest.mark.xdist_group("Slurm"),
    pytest.mark.seconds(80),
    pytest.mark.timeout(1200),
]
may_make_hosts = pytest.mark.skipif(not can_make_hosts(), reason="this user may not make network namespaces and links")


@pytest.fixture(scope="module")
def slurm(job, start):
    cluster = Cluster(f"s{os.getpid() % 100000}", job, start)
    cluster("install", "--slurm", timeout=280).succeeds()
    try:
        cluster.up("--hosts", 4, "--slurm")
        yield cluster
    finally:
        cluster.down()


class Project:
    """The project's root as a user has it, with the three lines of a job script edited."""

    def __init__(self, folder: Path, program: Path, slurm: Cluster):
        self.folder, self.program, self.slurm = folder, program, slurm
        shutil.copytree(ROOT / "deploy", folder / "deploy")

    def edit(self, name: str, **lines: str) -> Path:
        """Replaces `name=…` of the lines to edit, and what is given for `SBATCH_…` behind #SBATCH."""
        text = (ROOT / "deploy" / name).read_text()
        for key, value in lines.items():
            pattern = rf"^#SBATCH --{key[7:]}=.*" if key.startswith("SBATCH_") else rf"^{key}=.*"
            text, count = re.subn(pattern, lambda _, value=value: value, text, count=1, flags=re.MULTILINE)
            assert count, f"{name} has no line {pattern}"
        path = self.folder / "deploy" / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def edit_training(self, nodes: int, minutes: int) -> None:
        path = self.edit(
            "train.sbatch",
            SBATCH_nodes=f"#SBATCH --nodes={nodes} --ntasks-per-node=1 --time={minutes}",
            config="config=config.yaml",
            run="run=run",
        )
        path.write_text(re.sub(r"USR1@\d+", "USR1@30", path.read_text()))

    def submit(self, name: str) -> str:
        """The job's number."""
        environment = {"equilibria": str(self.program)}
        result = self.slurm("slurm", "sbatch", "--parsable", f"deploy/{name}", cwd=self.folder, env=environment)
        return result.succeeds().stdout.strip()

    def log(self, number: str) -> str:
        path = self.folder / f"equilibria-{number}.log"
        return path.read_text() if path.exists() else ""

    def awaits(self, number: str, words: str) -> None:
        self.waits(number, lambda: words in self.log(number))

    def waits(self, number: str, condition, seconds: float = 400) -> None:
        """Waits for something that the job does, or says what Slurm knows of it."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited {seconds} s in vain:\n{self.account(number)}"
            time.sleep(0.2)

    def account(self, number: str) -> str:
        """The job and the nodes as Slurm sees them, and the ends of all logs."""
        questions = [["scontrol", "show", "job", number], ["sinfo", "-N", "-l"], ["sinfo", "-R"]]
        answers = [self.slurm("slurm", *question).stdout for question in questions]
        logs = [*self.folder.glob("*.log"), *self.slurm.logs]
        return "\n".join(answers + [f"{path.name}:\n{path.read_text(errors='replace')[-2000:]}" for path in logs])

    def is_gone(self, number: str) -> bool:
        return not self.slurm("slurm", "squeue", "-h", "-j", number).stdout.strip()


@pytest.fixture
def project(tmp_path, program, slurm) -> Project:
    return Project(tmp_path / "project", program, slurm)


def training(one, run: Run, name: str, project: Project) -> None:
    """Writes the configuration of a run under another name for the project."""
    text = one("inspect", run.folder, "--config").succeeds().stdout
    (project.folder / name).write_text(re.sub("^name: .*", "name: batch", text, flags=re.MULTILINE))


@may_make_hosts
def test_stopped_requeued_and_moved(one, trained, project):
    """A job over two nodes is stopped and requeued, then cancelled, edited, and submitted again over four."""
    whole = trained(TRAIN, *LONG)
    training(one, whole, "config.yaml", project)
    run = Run(project.folder / "run")
    project.edit_training(nodes=2, minutes=5)
    number = project.submit("train.sbatch")
    project.waits(number, lambda: any(row["epoch"] == "10" for row in run.rows))
    # What Slurm sends before the limit.
    project.slurm("slurm", "scancel", "--batch", "--signal=USR1", number).succeeds()
    project.awaits(number, "requeued")
    project.awaits(number, "start 2, ")
    project.waits(number, lambda: len(run.starts) == 2)
    assert [start["ranks"] for start in run.starts] == [2, 2]
    assert run.rows[0]["epoch"] == "1"
    # The script removes the lock that the killed job may have left.
    project.slurm("slurm", "scancel", number).succeeds()
    project.waits(number, lambda: project.is_gone(number))
    rows = run.rows
    project.edit_training(nodes=4, minutes=5)
    number = project.submit("train.sbatch")
    project.waits(number, lambda: run.is_complete)
    project.waits(number, lambda: project.is_gone(number))
    assert run.starts[-1]["ranks"] == 4
    # It has gone on, not begun anew.
    assert rows[0] == run.rows[0]
    assert run.figures == whole.figures


@may_make_hosts
def test_array_of_seeds(one, trained, project):
    (project.folder / "short.yaml").write_text(one("inspect", trained(TRAIN, ranks=1).folder, "--config").stdout)
    project.edit(
        "seeds.sbatch",
        SBATCH_array="#SBATCH --array=1-2 --nodes=1 --ntasks-per-node=1 --time=5",
        config="config=short.yaml",
        run="run=seeds",
    )
    number = project.submit("seeds.sbatch")
    runs = [Run(project.folder / f"seeds-seed-{seed}") for seed in (1, 2)]
    project.waits(number, lambda: all(run.is_complete for run in runs))
    project.waits(number, lambda: project.is_gone(number))
    same_run(trained(TRAIN, "seed=2"), runs[1])


@may_make_hosts
def test_search_that_is_requeued(one, project):
    """A search is stopped and requeued, and ends with the result of one without a stop."""
    search = "torus:60x60 --machine anneal --reads 400 --sweeps 2000"
    project.edit(
        "ising.sbatch",
        SBATCH_nodes="#SBATCH --nodes=2 --ntasks-per-node=1 --time=5",
        command=f'command="solve {search} --checkpoint-every 0.02"',
        run="run=search",
    )
    number = project.submit("ising.sbatch")
    folder = project.folder / "search"
    project.waits(number, lambda: (folder / "checkpoint.safetensors").exists())
    project.slurm("slurm", "scancel", "--batch", "--signal=USR1", number).succeeds()
    log = project.folder / f"equilibria-ising-{number}.log"
    project.waits(number, lambda: "requeued" in log.read_text())
    project.waits(number, lambda: project.is_gone(number))
    result = json.loads((folder / "result.json").read_text())
    whole = one("solve", *search.split(), "--json").succeeds().json
    assert (result["energy"], result["reads"], result["spins"]) == (whole["energy"], 400, whole["spins"])
    assert result["samples"] == whole["samples"]


@may_make_hosts
def test_scaling_study_of_two_nodes(project):
    project.edit(
        "scaling.sbatch",
        SBATCH_nodes="#SBATCH --nodes=2 --ntasks-per-node=1 --time=5",
        config="config=torus:60x40",
        study='study="--strong --ranks 1,2 --repeats 1 --predict 16 --folder study"',
    )
    number = project.submit("scaling.sbatch")
    model = project.folder / "study/model.txt"
    project.waits(number, lambda: model.exists() and model.stat().st_size > 0)
    project.waits(number, lambda: project.is_gone(number))
    with (project.folder / "study/scaling.csv").open(newline="") as file:
        points = list(csv.reader(file))[1:]
    assert ["strong", "2", "1", "2", "2"] in [point[:5] for point in points]


@may_make_hosts
@pytest.mark.all
@pytest.mark.timeout(1500)
def test_time_limit(one, job, trained, project, tmp_path):
    """Slurm's time limit itself stops the job, as often as it takes."""
    whole = Run(tmp_path / "whole")
    training(one, trained(TRAIN, *LONG), "config.yaml", project)
    config = project.folder / "config.yaml"
    config.write_text(config.read_text().replace("epochs: 120", "epochs: 500"))
    job(2, "train", config, "--run-dir", whole.folder).succeeds()
    project.edit_training(nodes=2, minutes=1)
    number = project.submit("train.sbatch")
    project.awaits(number, "requeued")
    run = Run(project.folder / "run")
    project.waits(number, lambda: run.is_complete, 900)
    assert len(run.starts) > 1
    same_run(whole, run)


@may_make_hosts
def test_slurm_leaves_nothing_behind(slurm):
    assert slurm.links()
    slurm("down").succeeds()
    assert not slurm.links()


def test_plain_script(one, trained, program, job, tmp_path):
    """deploy/train.sh on this machine."""
    whole = trained(TRAIN, ranks=1)
    project = Project(tmp_path / "project", program, None)
    (project.folder / "short.yaml").write_text(one("inspect", whole.folder, "--config").stdout)
    script = project.edit("train.sh", config="config=short.yaml", run="run=plain")
    (project.folder / "deploy/hosts").write_text("localhost:2  # this machine\n")
    job(None, command=[script], env={"equilibria": str(program)}).succeeds()
    run = Run(project.folder / "plain")
    assert run.starts[0]["ranks"] == 2
    same_run(whole, run)

"""Fixtures of the system tests, which use the program from outside, as a user does."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import jobs
from jobs import PROGRAM, RUN, Result, Running
from runs import Run, settings

# Data sets that lie beside the checkout, where nobody names another place.
_BESIDE = jobs.ROOT.parent / "shared" / "data"
if "EQUILIBRIA_DATA" not in os.environ and _BESIDE.is_dir():
    os.environ["EQUILIBRIA_DATA"] = str(_BESIDE)


def is_worker() -> bool:
    """Whether this is one of the processes among which pytest-xdist shares out the tests."""
    return "PYTEST_XDIST_WORKER" in os.environ


def pytest_addoption(parser):
    parser.addoption(
        "--all", action="store_true", help="the long forms: every case on every number of ranks, 50 deaths, Slurm's limit"
    )


def pytest_configure():
    if not is_worker():
        os.environ[RUN] = uuid.uuid4().hex
    # Whoever ends the tests ends their jobs too: an interruption leaves the wait for a job, which ends it. A shell starts what
    # runs in the background without SIGINT, and jobs would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Under nohup the jobs would ignore what they are to be stopped by.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_unconfigure():
    if not is_worker():
        jobs.end_marked(f"{os.environ[RUN]}/")


def pytest_collection_modifyitems(config, items):
    """Longest first, and without what only --all asks for."""
    if not config.getoption("--all"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("all")])
        items[:] = [item for item in items if not item.get_closest_marker("all")]

    def seconds(item) -> float:
        mark = item.get_closest_marker("seconds")
        return mark.args[0] if mark else 0

    items.sort(key=seconds, reverse=True)


def pytest_terminal_summary(terminalreporter):
    """The line that scripts/test adds up."""
    count = {kind: len(terminalreporter.stats.get(kind, [])) for kind in ("passed", "failed", "error", "skipped")}
    terminalreporter.line(f"{count['passed']} passed, {count['failed'] + count['error']} failed, {count['skipped']} skipped")


@pytest.fixture(scope="session")
def takes_all(request) -> bool:
    """Whether the long forms are wanted."""
    return request.config.getoption("--all")


@pytest.fixture(scope="session")
def program() -> Path:
    assert os.access(PROGRAM, os.X_OK), f"there is no program {PROGRAM}; run `swift build -c release`, or name it in EQUILIBRIA"
    return PROGRAM


@pytest.fixture(scope="session")
def launcher() -> str:
    return jobs.launcher()


@pytest.fixture(scope="session")
def start(program, launcher, tmp_path_factory) -> Callable[..., Running]:
    """start(RANKS, ARGUMENT…): the program in the background, on so many ranks; without a launcher if RANKS is None.

    prefix: a command that starts all that. command: what runs in the program's place.
    """
    folder = tmp_path_factory.mktemp("output")

    def start(ranks: int | None, *arguments, prefix: Sequence = (), command: Sequence = (program,), **options) -> Running:
        launched = () if ranks is None else (launcher, "-n", ranks)
        return Running([*prefix, *launched, *command, *arguments], folder, **options)

    return start


@pytest.fixture(scope="session")
def job(start) -> Callable[..., Result]:
    """job(RANKS, ARGUMENT…): the program on so many ranks, to its end."""

    def job(ranks: int | None, *arguments, timeout: float = 240, **options) -> Result:
        with start(ranks, *arguments, **options) as running:
            return running.wait(timeout)

    return job


@pytest.fixture(scope="session")
def one(job) -> Callable[..., Result]:
    """one(ARGUMENT…): the program without a launcher."""
    return lambda *arguments, **options: job(None, *arguments, **options)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> Path:
    """A folder that all workers share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if is_worker() else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def once(shared_folder) -> Callable[..., Path]:
    """once(KEY, MAKE): a folder that the first who asks for it has MAKE fill; not to be changed."""

    def once(key: str, make: Callable[[Path], None]) -> Path:
        folder = shared_folder / hashlib.sha1(key.encode()).hexdigest()[:12]
        with Path(f"{folder}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = Path(f"{folder}.done")
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                done.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def trained(job, once) -> Callable[..., Run]:
    """trained(CONFIGURATION, SETTING…, ranks=…): a whole training, which is made once. Copy the folder to change it."""

    def trained(configuration: Path, *sets: str, ranks: int | None = 2, **options) -> Run:
        def make(folder: Path) -> None:
            job(ranks, "train", configuration, "--run-dir", folder, *settings(*sets), **options).succeeds()
            assert Run(folder).is_complete

        return Run(once(json.dumps(["train", str(configuration), sets, ranks]), make))

    return trained

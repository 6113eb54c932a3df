"""The scripts that set up the project and run its tests: their help, what they say when something is missing, how results are
counted, and that nothing of an interrupted job goes on."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import jobs
from jobs import ROOT, Running, marked


@pytest.fixture
def script(job):
    """script(NAME, ARGUMENT…): a script of scripts/."""
    return lambda name, *arguments, **options: job(None, *arguments, command=[ROOT / "scripts" / name], **options)


def fails(result, *words: str) -> None:
    assert result.status != 0, result
    for word in words:
        assert word in result.text, result


@pytest.mark.parametrize("name", ["setup", "quickstart", "test", "python", "pack-sources"])
def test_help(script, name):
    script(name, "--help").succeeds(f"scripts/{name}")
    fails(script(name, "--wrong"), "--wrong", f"scripts/{name} --help")


@pytest.mark.skipif(not shutil.which("ruff"), reason="ruff is not installed")
@pytest.mark.parametrize("check", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_python_is_clean(job, check):
    job(None, *check[1:], ROOT, command=["ruff", check[0]]).succeeds()


def test_quickstart_with_wrong_options(script, tmp_path):
    fails(script("quickstart", "--ranks", 0), "--ranks 0")
    fails(script("quickstart", "--ranks"), "--ranks needs a value")
    fails(script("quickstart", "--config", tmp_path / "none.yaml"), str(tmp_path / "none.yaml"))


# What `setup` finds


@pytest.fixture
def fake(tmp_path):
    """fake(NAME, LINE…): a program of this name, which prints the lines, before all others on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def fake(name: str, *lines: str) -> None:
        program = folder / name
        program.write_text("\n".join(["#!/bin/sh", *(f"echo '{line}'" for line in lines)]) + "\n")
        program.chmod(0o755)

    return fake


@pytest.fixture
def check(script, tmp_path):
    """What `setup --check` finds with the fake programs."""
    return lambda: script("setup", "--check", env={"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"})


def test_setup_without_swift(script, tmp_path):
    (tmp_path / "few").mkdir()
    for tool in ("bash", "dirname", "readlink", "sed"):
        (tmp_path / "few" / tool).symlink_to(shutil.which(tool))
    fails(script("setup", "--check", prefix=["env", f"PATH={tmp_path / 'few'}", "bash"]), "`swift`", "Get Swift")


def test_setup_with_an_old_swift(check, fake):
    fake("swift", "Swift version 5.9.2 (swift-5.9.2-RELEASE)")
    fails(check(), "Swift 5.9.2 is too old")


def test_setup_without_packages(check, fake):
    fake("swift", "Swift version 6.10 (swift-6.10-RELEASE)")
    fake("apt-get")
    fake("dpkg-query", "not-installed")
    fails(check(), "missing packages: ", "mpich", "libmpich-dev")


def test_setup_with_the_launcher_of_another_mpi(check, fake):
    fake("swift", "Swift version 6.10 (swift-6.10-RELEASE)")
    fake("apt-get")
    fake("dpkg-query", "installed")
    fake("mpirun.mpich", "mpirun (Open MPI) 4.1.4")
    fake("mpiexec.hydra")
    fake("mpirun", "mpirun (Open MPI) 4.1.4")
    fails(check(), "no launcher of MPICH")
    fake("mpirun", "HYDRA build details:")
    check().succeeds("MPI launcher: mpirun")


# How scripts/test counts

COUNTED = {
    "swift": (
        "record_swift",
        1,
        [
            "◇ Test first() started.",
            "✔ Test first() passed after 0.001 seconds.",
            '✔ Suite "All" passed after 0.002 seconds.',
            '✔ Test "each rank" with 3 test cases passed after 1.250 seconds.',
            "✘ Test third() failed after 0.1 seconds with 1 issue.",
            "✘ Test run with 3 tests in 1 suite failed after 0.2 seconds with 1 issue.",
        ],
        "2 passed, 1 failed, 0 skipped",
    ),
    "swift-skipped": (
        "record_swift",
        0,
        [
            "✔ Test first() passed after 0.001 seconds.",
            '➜ Test second() skipped: "root may read any file"',
            '➜ Test third() skipped: "needs mpirun"',
        ],
        "1 passed, 0 failed, 1 skipped",
    ),
    "swift-crashed": ("record_swift", 1, ["✔ Test first() passed after 0.001 seconds."], "1 passed, 1 failed, 0 skipped"),
    "swift-without-tests": (
        "record_swift",
        0,
        ["✔ Test run with 0 tests passed after 0.001 seconds."],
        "0 passed, 1 failed, 0 skipped",
    ),
    "last-line": ("record_script", 1, ["3 passed, 0 failed", "7 passed, 2 failed, 3 skipped"], "7 passed, 2 failed, 3 skipped"),
    "status-contradicts": ("record_script", 3, ["7 passed, 0 failed"], "7 passed, 1 failed, 0 skipped"),
    "no-line": ("record_script", 0, ["all is well"], "1 passed, 0 failed, 0 skipped"),
}


@pytest.mark.parametrize("case", COUNTED)
def test_count(job, tmp_path, case):
    function, status, lines, words = COUNTED[case]
    (tmp_path / "log").write_text("\n".join(lines) + "\n")
    counting = f'source scripts/tally.sh; say() {{ echo "$*"; }}; {function} counted {status} 1 "$0"'
    job(None, tmp_path / "log", command=["bash", "-euc", counting]).succeeds(words)


# What tests leave behind


def test_a_job_ends_with_all_its_processes(tmp_path):
    """A launcher that dies, and a child in a session of its own that ignores signals."""
    script = "setsid sh -c 'trap \"\" TERM INT; while :; do sleep 0.1; done' & wait"
    with Running(["sh", "-c", script], tmp_path) as running:
        running.waits_for(lambda: len(marked(running.mark)) >= 3)
        running.signal(signal.SIGKILL)
    assert not marked(running.mark)


def test_a_job_ends_after_its_time(tmp_path):
    with pytest.raises(AssertionError, match="not over after"), Running(["sleep", "60"], tmp_path) as running:
        running.wait(timeout=0.2)
    assert not marked(running.mark)


INNER_MARK = "EQUILIBRIA_INNER_TESTS"
INNER = """
def test_endless(start):
    with start(2, "solve", "torus:40x40", "--time", 600) as running:
        running.wait(600)
"""


@pytest.mark.seconds(10)
@pytest.mark.parametrize(
    ("number", "workers"),
    [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGKILL, 1)],
    ids=lambda value: getattr(value, "name", value),
)
def test_interrupted_tests_end_their_jobs(program, tmp_path, number, workers):
    """The jobs of an interrupted run of tests end with it, even where it gets no chance to end them itself: its worker does."""
    here = Path(__file__).parent
    for name in ("conftest.py", "jobs.py", "runs.py", "pytest.ini"):
        shutil.copy(here / name, tmp_path)
    (tmp_path / "test_endless.py").write_text(INNER)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", jobs.RUN, jobs.MARK))}
    environment |= {"EQUILIBRIA": str(program), "TMPDIR": str(tmp_path), INNER_MARK: str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-n", str(workers), "-p", "no:cacheprovider", str(tmp_path)]
    inner = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True
    )

    def below() -> list[int]:
        return [process for process in marked(str(tmp_path), INNER_MARK) if process != inner.pid]

    def ranks() -> list[int]:
        return [process for process in below() if name_of(process) == program.name]

    try:
        wait_until(lambda: len(ranks()) == 2)
        inner.send_signal(number)
        inner.wait(120)
        wait_until(lambda: not below())
    finally:
        for process in [*below(), inner.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        inner.wait()


def name_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def wait_until(condition, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.05)

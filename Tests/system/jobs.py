"""Programs that the tests start.

Every job has a session of its own and a mark in its environment, which MPICH's launcher hands down to each rank. Whoever waits
for a job, and whatever ends that wait, ends all processes with its mark: the launcher, its proxies, and ranks that no longer
answer.
"""

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("EQUILIBRIA", ROOT / ".build/release/equilibria")).absolute()
CONFIGURATIONS = ROOT / "Tests/configurations"
# Runs the Swift tests; under MPICH's launcher on every rank.
BUNDLE = ROOT / ".build/release/equilibriaPackageTests.xctest"

# Exit statuses (docs/guide/exit-codes.md).
USAGE, INPUT, ERROR, DISK, STOPPED, DIVERGED = 64, 65, 70, 71, 75, 76

CRASH = re.compile(r"Fatal error|Stack dump|Segmentation")
MESSAGE = re.compile(r"\berror( on rank \d+ of \d+[^:\n]*)?: ", re.IGNORECASE)
# A message about a key or a value of the command line.
SET = re.compile(MESSAGE.pattern + "--set ", re.IGNORECASE)

MARK = "EQUILIBRIA_TEST_JOB"
RUN = "EQUILIBRIA_TEST_RUN"
_numbers = itertools.count()


def launcher() -> str:
    """MPICH's launcher: where several MPIs are installed, `mpirun` may be that of another."""
    for name in ("mpirun.mpich", "mpiexec.hydra", "mpirun"):
        path = shutil.which(name)
        if path and "HYDRA" in subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout:
            return path
    raise RuntimeError("no launcher of MPICH found (mpirun.mpich, mpiexec.hydra, mpirun); run scripts/setup")


@dataclass(frozen=True)
class Result:
    """What a job has left.

    status: the exit status, or 128 and the signal's number.
    """

    command: list[str]
    status: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def text(self) -> str:
        """Both streams, standard output first."""
        return self.stdout + self.stderr

    @property
    def json(self) -> dict:
        """The one JSON object on standard output, where the launcher may say that it passes a signal on."""
        lines = [line for line in self.stdout.splitlines() if not line.startswith("[mpiexec@")]
        assert len(lines) == 1, f"{len(lines)} lines on standard output, expected one JSON object\n{self}"
        return json.loads(lines[0])

    @property
    def messages(self) -> int:
        """The number of error messages."""
        return len(MESSAGE.findall(self.text))

    def ends(self, status: int, *words: str) -> "Result":
        """Checks the status, that the output has all the words, and that no rank crashed."""
        assert self.status == status, f"status {self.status}, expected {status}\n{self}"
        assert not CRASH.search(self.text), f"a rank crashed\n{self}"
        for word in words:
            assert word in self.text, f"the output lacks `{word}`\n{self}"
        return self

    def succeeds(self, *words: str) -> "Result":
        return self.ends(0, *words)

    def refuses(self, *words: str, status: int | None = None) -> "Result":
        """Checks that the job ended with the status and exactly one message, which has all the words.

        Without a status, that of an input or of another error will do; of a `--set` that is wrong by itself, that of usage.
        """
        if status is None:
            status = USAGE if SET.search(self.text) else self.status if self.status == ERROR else INPUT
        self.ends(status, *words)
        assert self.messages == 1, f"{self.messages} error messages, expected 1\n{self}"
        return self

    def __str__(self) -> str:
        tail = [line[:400] for line in self.text.splitlines()[-30:]]
        return "\n".join([f"$ {' '.join(self.command)}", *(f"    | {line}" for line in tail)])


class Running:
    """A job in the background. Use it in a `with`: its end is the end of all its processes."""

    def __init__(self, command: list[str | Path], folder: Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT):
        number = next(_numbers)
        self.command = [str(word) for word in command]
        self.mark = f"{os.environ.get(RUN, '')}/{os.getpid()}-{number}."
        folder.mkdir(parents=True, exist_ok=True)
        self._files = [folder / f"{number}.stdout", folder / f"{number}.stderr"]
        # A crash is a failure by itself; its backtrace would take seconds.
        environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"} | dict(env or {}) | {MARK: self.mark}
        self._begin = time.monotonic()
        with self._files[0].open("wb") as stdout, self._files[1].open("wb") as stderr:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=environment,
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def text(self) -> str:
        """What it has written so far."""
        return "".join(file.read_text(errors="replace") for file in self._files)

    def signal(self, number: int) -> None:
        """Sends the launcher, or a program without one, a signal."""
        if self.is_running:
            self._process.send_signal(number)

    def ranks(self) -> list[int]:
        """The processes of the ranks, which are children of the launcher's child, its proxy."""
        return [rank for proxy in children(self.pid) for rank in children(proxy)]

    def waits_for(self, condition, seconds: float = 120) -> None:
        """Returns when the condition holds or the job is over."""
        end = time.monotonic() + seconds
        while self.is_running and not condition():
            assert time.monotonic() < end, f"waited {seconds} s in vain\n{self.text[-4000:]}"
            time.sleep(0.02)

    def wait(self, timeout: float = 240) -> Result:
        """Waits for its end, and ends it after so many seconds, which is a failure."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"not over after {timeout} s: {' '.join(self.command)}\n{self.text[-4000:]}") from None
        finally:
            self.end()
        stdout, stderr = (file.read_text(errors="replace") for file in self._files)
        return Result(self.command, status if status >= 0 else 128 - status, stdout, stderr, time.monotonic() - self._begin)

    def end(self) -> None:
        """Ends whatever is left of it."""
        if self.is_running:
            self._process.kill()
            self._process.wait()
        end_marked(self.mark)

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_) -> None:
        self.end()


def children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(folder.name))
    return sorted(found)


def marked(mark: str, variable: str = MARK) -> list[int]:
    """Processes whose mark begins like this."""
    wanted = f"\0{variable}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in b"\0" + (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def end_marked(mark: str) -> None:
    """Ends the processes with this mark, in a way that none can refuse."""
    for _ in range(250):
        processes = [process for process in marked(mark) if process != os.getpid()]
        if not processes:
            return
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.02)
    raise RuntimeError(f"processes {processes} do not end")

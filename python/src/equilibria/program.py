"""Where the program is, and how it is started and waited for."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .errors import ProgramNotFound, error

_STOPPED = 75
# How long a job that was asked to stop may take before it is killed.
_PATIENCE = 60


def find_program() -> Path:
    """The program: what EQUILIBRIA names, or else `equilibria` on PATH, or else the build of the checkout around this package.

    Raises ProgramNotFound.
    """
    named = os.environ.get("EQUILIBRIA")
    if named:
        path = Path(named).expanduser().absolute()
        if not os.access(path, os.X_OK) or path.is_dir():
            raise ProgramNotFound(f"EQUILIBRIA={named} is no program; name the one that `swift build -c release` made")
        return path
    found = shutil.which("equilibria")
    built = Path(__file__).resolve().parents[3] / ".build/release/equilibria"
    if found:
        return Path(found)
    if os.access(built, os.X_OK):
        return built
    raise ProgramNotFound(
        "there is no program equilibria on PATH; build it with `swift build -c release`, and put .build/release on PATH or "
        "name the program in the environment variable EQUILIBRIA"
    )


def find_launcher() -> list[str]:
    """The command before `-n RANKS`: EQUILIBRIA_LAUNCHER, or else MPICH's launcher. Raises ProgramNotFound.

    Where several MPIs are installed, `mpirun` may be that of another.
    """
    named = os.environ.get("EQUILIBRIA_LAUNCHER")
    if named:
        return shlex.split(named)
    for name in ("mpirun.mpich", "mpiexec.hydra", "mpirun"):
        path = shutil.which(name)
        if path and "HYDRA" in subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout:
            return [path]
    raise ProgramNotFound(
        "several ranks need a launcher of MPICH (mpirun.mpich, mpiexec.hydra, mpirun), and none is on PATH; install mpich, or "
        "name one in EQUILIBRIA_LAUNCHER, for example srun"
    )


def version() -> str:
    """The program's version."""
    return run(["--version"]).stdout.strip()


@dataclass(frozen=True)
class Output:
    """What a job that ended has left."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """The JSON object on standard output, on which a launcher may write lines too."""
        (line,) = (line for line in self.stdout.splitlines() if line.startswith("{"))
        found: dict[str, Any] = json.loads(line)
        return found


class Process:
    """The program at work, on some ranks.

    It has a session of its own: Ctrl-C in the terminal or the interruption of a notebook's cell reaches it only through `stop`.
    """

    def __init__(self, arguments: Sequence[str | os.PathLike[str]], ranks: int = 1, stdin: str | None = None):
        if isinstance(ranks, bool) or not isinstance(ranks, int) or ranks < 1:
            raise ValueError(f"ranks is {ranks!r}, expected a whole number from 1")
        # MPICH's launcher loses the exit code of a single rank that a signal stopped, so one rank starts without it.
        launched = [] if ranks == 1 else [*find_launcher(), "-n", str(ranks)]
        self.command = [*launched, str(find_program()), *(os.fspath(argument) for argument in arguments)]
        self._files: list[IO[bytes]] = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115 - they live as long as this
        source, stdout, stderr = self._files
        if stdin is not None:
            source.write(stdin.encode())
            source.seek(0)
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL if stdin is None else source,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process's number: the launcher's, where there is one."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit code, negative for a signal; None while the program runs."""
        return self._process.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Waits for the end and returns the exit code; raises subprocess.TimeoutExpired, and lets the program run on."""
        return self._process.wait(timeout)

    def stop(self, timeout: float = _PATIENCE) -> int:
        """Asks the program to save its state and end (SIGTERM), waits for that, and returns the exit code.

        After the timeout it is killed.
        """
        if self.status is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                return self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        return self._process.wait()

    def kill(self) -> None:
        """Kills the program and its ranks on this host."""
        if self.status is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def output(self, stream: int) -> str:
        """What the program has written so far: stream 1 is standard output, 2 standard error."""
        file = self._files[stream]
        size = os.fstat(file.fileno()).st_size
        return os.pread(file.fileno(), size, 0).decode(errors="replace")

    def result(self, accepts: Collection[int] = ()) -> Output:
        """What the ended program has left. Raises its error, unless the exit code is 0 or accepted."""
        status = self._process.wait()
        if status != 0 and status not in accepts:
            raise error(status, self.output(2))
        return Output(status, self.output(1), self.output(2))


def run(arguments: Sequence[str | os.PathLike[str]], ranks: int = 1, accepts: Collection[int] = ()) -> Output:
    """Runs the program to its end. Raises its error, unless the exit code is 0 or accepted; an interruption stops it."""
    process = Process(arguments, ranks)
    try:
        process.wait()
    except BaseException:
        process.stop()
        raise
    return process.result(accepts)

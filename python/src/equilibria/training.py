"""Trainings by `equilibria train`, in the background."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from .configuration import Path_, dump, settings
from .errors import error
from .program import Process
from .runs import Run


class Job:
    """A training at work. As a context manager it stops the training when the block is left before its end."""

    def __init__(self, process: Process, run: Run):
        self._process = process
        self.run = run
        """The run folder, which can be read while the training goes on."""

    @property
    def command(self) -> list[str]:
        """The command line."""
        return self._process.command

    @property
    def pid(self) -> int:
        """The number of the process, or of the launcher."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit code, negative for a signal that killed the program; None while it runs."""
        return self._process.status

    @property
    def output(self) -> str:
        """What the program has written to the terminal so far."""
        return self._process.output(2) + self._process.output(1)

    def wait(self, timeout: float | None = None) -> Run:
        """Waits for the end of the training and returns its run.

        Raises the program's error, `Stopped` if a signal stopped it, and TimeoutError, after which the training goes on. An
        interruption of the wait (Ctrl-C) lets it go on too.
        """
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"the training in {self.run.path} has not ended within {timeout} seconds") from None
        self._process.result()
        return self.run

    def stop(self, timeout: float = 60) -> Run:
        """Has the training write a checkpoint and end (SIGTERM), waits for that and returns its run. `train(…, resume=True)`
        continues it. After the timeout in seconds it is killed.

        Raises the program's error if it ended with another one than `Stopped`.
        """
        status = self._process.stop(timeout)
        if status not in (0, 75):
            raise error(status, self._process.output(2))
        return self.run

    def __enter__(self) -> Job:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self.status is None:
            self._process.stop()


def train(
    config: Path_ | Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    ranks: int = 1,
    run_dir: Path_ = "",
    *,
    resume: bool = False,
    initial: Path_ | None = None,
) -> Job:
    """Starts a training and returns its job.

    config: a YAML file, or its content as a mapping, of which relative paths start from the working directory.
    overrides: keys of the configuration with values, `{"learning.nudge": 0.1}`.
    run_dir: the run folder; needed. resume: continue from its last checkpoint, or start there if it holds none.
    initial: a checkpoint, run or weight file from whose weights a new run starts.
    """
    if not str(run_dir):
        raise ValueError("run_dir is empty, expected a run folder")
    run = Run(run_dir)
    text = dump(config) if isinstance(config, Mapping) else None
    words: list[Any] = ["train", config if text is None else "-", "--run-dir", run.path, *settings(overrides)]
    words += ["--resume"] if resume else []
    words += ["--initial", initial] if initial is not None else []
    return Job(Process(words, ranks, stdin=text), run)

"""The program's errors as exceptions, by exit code (docs/guide/exit-codes.md)."""

from __future__ import annotations

import importlib
import re
from typing import Any


class EquilibriaError(Exception):
    """The program ended with an error.

    message: the program's one message, without `Error:` and without the rank that wrote it.
    status: the exit code; negative if a signal killed the program.
    """

    def __init__(self, message: str, status: int):
        super().__init__(message, status)
        self.message = message
        self.status = status

    def __str__(self) -> str:
        return self.message


class UsageError(EquilibriaError):
    """64: an option or an override that does not exist, or a value that it does not take."""


class InputError(EquilibriaError):
    """65: a configuration, problem, data set, weight file or checkpoint that cannot be used."""


class DiskError(EquilibriaError):
    """71: a file cannot be written."""


class Stopped(EquilibriaError):
    """75: a signal stopped the job, whose state is saved."""


class Diverged(EquilibriaError):
    """76: the loss or a gradient of a training is not finite."""


class NotConverged(EquilibriaError):
    """77: a result was computed but has not converged."""


class ProgramNotFound(Exception):
    """There is no program, or no launcher."""


_KINDS: dict[int, type[EquilibriaError]] = {
    64: UsageError,
    65: InputError,
    71: DiskError,
    75: Stopped,
    76: Diverged,
    77: NotConverged,
}

_BEGIN = re.compile(r"^Error(?: on rank \d+ of \d+[^:]*)?: (.*)$")
# What follows a message: the usage of a command, and what a launcher says about the end of a job.
_END = re.compile(r"^(Usage: |Help: |=====|\[mpiexec|\[proxy|Abort\(|srun: |$)")


def error(status: int, stderr: str) -> EquilibriaError:
    """The exception for an exit code and what the program wrote to standard error."""
    message: list[str] = []
    for line in stderr.splitlines():
        begin = _BEGIN.match(line)
        if begin and not message:
            message = [begin[1]]
        elif message and (begin or _END.match(line)):
            break
        elif message:
            message.append(line)
    if not message:
        rest = [line for line in stderr.splitlines() if line.strip()][-3:]
        ended = f"a signal killed the program ({-status})" if status < 0 else f"the program ended with exit code {status}"
        message = [": ".join([ended, *rest[-1:]])]
    return _KINDS.get(status, EquilibriaError)("\n".join(message), status)


def require(module: str, extra: str, purpose: str) -> Any:
    """The module of an optional package; where it is missing, an ImportError that names the extra."""
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ImportError(
            f"{purpose} needs {module}, which cannot be imported ({missing}); install it with pip install './python[{extra}]'"
        ) from missing

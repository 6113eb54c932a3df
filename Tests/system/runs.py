"""Run folders (docs/guide/run-folder.md), and what makes two trainings the same."""

import csv
import json
from pathlib import Path

# Columns of metrics.csv that depend on the clock.
TIMES = ("time", "samplesPerSecond")


def settings(*words: str) -> list[str]:
    """`key=value` … as options of a command."""
    return [option for word in words for option in ("--set", word)]


class Run:
    """A run folder as it is now."""

    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def checkpoints(self) -> dict[str, Path]:
        """Files by name, in order: `best.safetensors`, then steps."""
        return {path.name: path for path in sorted((self.folder / "checkpoints").iterdir())}

    @property
    def steps(self) -> list[Path]:
        """Checkpoints of steps, the last one last."""
        return [path for name, path in self.checkpoints.items() if name.startswith("step-")]

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of metrics.csv."""
        path = self.folder / "metrics.csv"
        if not path.exists():
            return []
        with path.open(newline="") as file:
            return list(csv.DictReader(file))

    @property
    def columns(self) -> list[str]:
        return (self.folder / "metrics.csv").read_text().splitlines()[0].split(",")

    @property
    def is_complete(self) -> bool:
        """Whether the row `test` is there, which a run writes at its end and only then."""
        return any(row["kind"] == "test" for row in self.rows)

    @property
    def test_accuracy(self) -> float:
        """From 0 to 1."""
        (row,) = (row for row in self.rows if row["kind"] == "test")
        return float(row["accuracy"])

    @property
    def figures(self) -> list[dict[str, str]]:
        """metrics.csv without what depends on the time."""
        return [
            {column: value for column, value in row.items() if column not in TIMES}
            for row in self.rows
            if row["kind"] != "interval"
        ]

    @property
    def starts(self) -> list[dict]:
        """What environment.json says of each start."""
        return json.loads((self.folder / "environment.json").read_text())

    @property
    def partial_files(self) -> list[Path]:
        return list(self.folder.rglob("*.partial"))


class Moment:
    """What a run had written before it went on."""

    def __init__(self, run: Run):
        self.starts = len(run.starts)
        self.rows = run.rows

    def is_continued_by(self, run: Run) -> bool:
        """Whether the run was started again and kept rows, whose times no other start would hit, instead of beginning anew."""
        return len(run.starts) == self.starts + 1 and self.rows[:1] == run.rows[:1] != []


def same_run(one: Run, other: Run) -> None:
    """Checks that both ended with the same checkpoint, byte by byte, have the same best one and all others that both kept (which
    depends on the clock, if checkpoints are written by time), and the same figures."""
    ones, others = one.checkpoints, other.checkpoints
    assert ones and list(ones)[-1] == list(others)[-1], f"other checkpoints: {list(ones)}, {list(others)}"
    for name, path in ones.items():
        assert name in others or name.startswith("step-"), f"{other.folder} has no {name}"
        assert name not in others or path.read_bytes() == others[name].read_bytes(), (
            f"{name} differs: {one.folder}, {other.folder}"
        )
    assert one.figures == other.figures


def same_files(one: Path, other: Path) -> None:
    """Checks that two folders hold the same files with the same bytes."""
    assert contents(one) == contents(other), f"{one} and {other} differ"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

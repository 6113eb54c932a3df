"""Run folders (docs/guide/run-folder.md)."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from .configuration import Path_, load
from .errors import require
from .program import run
from .relaxation import Array


class Run:
    """The folder of a training, finished or not. Each property reads the files as they are at that moment."""

    def __init__(self, path: Path_):
        self.path = Path(path).expanduser()

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def configuration(self) -> dict[str, Any]:
        """The configuration with every key, as nested dictionaries."""
        return load((self.path / "configuration.yaml").read_text())

    @property
    def metrics(self) -> Any:
        """metrics.csv as a pandas frame; cells that do not apply are NaN."""
        pandas = require("pandas", "pandas", "Run.metrics")
        return pandas.read_csv(self.path / "metrics.csv")

    @property
    def environment(self) -> list[dict[str, Any]]:
        """What environment.json says of each start: program, hosts, ranks, seed, command and so on."""
        found: list[dict[str, Any]] = json.loads((self.path / "environment.json").read_text())
        return found

    @property
    def log(self) -> str:
        """The text of log.txt."""
        return (self.path / "log.txt").read_text()

    @property
    def checkpoints(self) -> list[Path]:
        """`best.safetensors`, if there is one, then those of steps, the last one last."""
        return sorted((self.path / "checkpoints").glob("*.safetensors"))

    @property
    def test(self) -> dict[str, float] | None:
        """The figures of the test by their columns in metrics.csv, `accuracy` and `loss` or `r2`, `meanAbsoluteError` and so on.

        None until the training is complete.
        """
        path = self.path / "metrics.csv"
        if not path.exists():
            return None
        with path.open(newline="") as file:
            found = [row for row in csv.DictReader(file) if row["kind"] == "test"]
        return {name: float(cell) for name, cell in found[-1].items() if name != "kind" and cell} if found else None

    @property
    def test_accuracy(self) -> float | None:
        """From 0 to 1; None until the training is complete, and where numbers are predicted."""
        return (self.test or {}).get("accuracy")

    @property
    def is_complete(self) -> bool:
        """Whether the training has come to its end: metrics.csv then has the row `test`."""
        return self.test is not None

    def weights(self, checkpoint: Path_ | None = None) -> dict[str, Array]:
        """Weights and biases by name, float32: of the best checkpoint, of the last one if there is no best, or of the one given
        (a name in `checkpoints/`, or a path). With `learning.averaging` they are the averages.

        Runs `equilibria export`. Raises EquilibriaError with its message.
        """
        source = self.path
        if checkpoint is not None:
            inside = self.path / "checkpoints" / checkpoint
            source = inside if inside.exists() else Path(checkpoint)
        with tempfile.TemporaryDirectory(prefix="equilibria-") as folder:
            output = Path(folder) / "weights.safetensors"
            run(["export", source, "--output", output])
            return load_file(output)

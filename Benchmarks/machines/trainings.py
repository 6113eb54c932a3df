"""Trainings that a table is made of: each in a run folder that stays, so that a table goes on where it was stopped."""

import argparse
import csv
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def parser(documentation, config):
    """A parser with the options that all tables share."""
    made = argparse.ArgumentParser(description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--config", default=str(ROOT / "configs" / config), help="default: %(default)s")
    made.add_argument("--folder", required=True, help="where the run folders are kept")
    made.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], metavar="SEED", help="default: 1 2 3")
    made.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="for every training; may be repeated")
    made.add_argument("--ranks", type=int, default=1, help="default: %(default)s")
    made.add_argument("--standard-error", action="store_true", help="state that of the mean in place of the standard deviation")
    program = os.environ.get("EQUILIBRIA", str(ROOT / ".build/release/equilibria"))
    made.add_argument("--program", default=program, help="default: $EQUILIBRIA, or that of the release build")
    return made


def parsed(made):
    """The options, checked as far as they are shared."""
    options = made.parse_args()
    if not os.access(options.program, os.X_OK):
        made.error(f"--program {options.program}: not there; swift build -c release --product equilibria")
    if not os.path.isfile(options.config):
        made.error(f"--config {options.config}: no such file")
    if options.ranks > 1 and shutil.which("mpirun") is None:
        made.error("--ranks above 1 need mpirun")
    return options


def spread(values):
    """Mean and standard deviation."""
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def stated(options, values, digits):
    """Mean ± standard deviation, or standard error; of one value that value."""
    mean, deviation = spread(values)
    if options.standard_error:
        deviation /= math.sqrt(len(values))
    return f"{mean:.{digits}f} ± {deviation:.{digits}f}" if len(values) > 1 else f"{mean:.{digits}f}"


def meaning(options):
    """What a table states, in words."""
    return f"Mean ± standard {'error' if options.standard_error else 'deviation'} over seeds {', '.join(map(str, options.seeds))}"


class Training:
    """One training, complete: what its metrics say."""

    def __init__(self, options, name, settings):
        self.options, self.run = options, Path(options.folder) / name
        if not self._test_row():
            command = ["train", options.config, "--run-dir", str(self.run), "--resume"]
            for setting in [*options.set, *settings]:
                command += ["--set", setting]
            print(f"training {self.run}", file=sys.stderr, flush=True)
            self._launch(*command)
        row = self._test_row()
        if row is None:
            raise SystemExit(f"error: {self.run}/metrics.csv has no row `test` after its training")
        self.accuracy = 100 * float(row["accuracy"])
        self.seconds = float(row["time"])

    def _launch(self, *command):
        """Runs the program; its standard output."""
        prefix = ["mpirun", "-n", str(self.options.ranks)] if self.options.ranks > 1 else []
        whole = [*prefix, self.options.program, *command]
        done = subprocess.run(whole, capture_output=True, text=True)
        if done.returncode:
            sys.stderr.write(done.stderr[-2000:])
            raise SystemExit(f"error: `{' '.join(whole)}` ended with exit code {done.returncode}")
        return done.stdout

    def _rows(self):
        path = self.run / "metrics.csv"
        if not path.is_file():
            return []
        with path.open(newline="") as file:
            return list(csv.DictReader(file))

    def _test_row(self):
        return next((row for row in self._rows() if row["kind"] == "test"), None)

    def accuracy_of_all(self):
        """Accuracy on all test images, kept beside the run's other files."""
        path = self.run / "evaluation.json"
        if not path.is_file():
            path.write_text(self._launch("evaluate", str(self.run), "--json", "--set", "data.testPerClass=null"))
        return 100 * json.loads(path.read_text())["accuracy"]

    def course(self, column):
        """A column of the metrics, epoch by epoch."""
        rows = [row for row in self._rows() if row["kind"] == "epoch"]
        if not rows or not rows[0].get(column):
            raise SystemExit(f"error: {self.run}/metrics.csv: its epochs have no column `{column}`")
        return [float(row[column]) for row in rows]


class Case:
    """One line of a table: the same settings, a training a seed."""

    def __init__(self, options, name, settings):
        self.trainings = [Training(options, f"{name}-seed{seed}", [f"seed={seed}", *settings]) for seed in options.seeds]

    @property
    def accuracies(self):
        return [training.accuracy for training in self.trainings]

    @property
    def accuracies_of_all(self):
        return [training.accuracy_of_all() for training in self.trainings]

    @property
    def seconds(self):
        return statistics.mean(training.seconds for training in self.trainings)

    def course(self, column):
        """Means over the seeds, epoch by epoch."""
        return [
            statistics.mean(values) for values in zip(*(training.course(column) for training in self.trainings), strict=False)
        ]

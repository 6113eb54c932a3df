"""Reports of trainings, in a browser where there is one; TensorBoard's event files, read by TensorBoard's own reader where it
can be installed; a scaling study that is interrupted and goes on."""

import csv
import json
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import browser
from jobs import CONFIGURATIONS, DIVERGED, INPUT, ROOT, STOPPED, USAGE
from runs import Run, settings

TRAIN = CONFIGURATIONS / "train.yaml"
# Debian's Chart.js, which makes charts of the pages interactive.
LIBRARY = Path("/usr/share/javascript/chart.js/chart.min.js")


@pytest.fixture
def run(trained, tmp_path) -> Run:
    shutil.copytree(trained(TRAIN).folder, tmp_path / "run")
    return Run(tmp_path / "run")


# Reports


def test_report_of_a_run(one, run):
    page = run.folder / "report.html"
    one("report", run.folder).succeeds(str(page))
    text = page.read_text()
    assert f"{100 * run.test_accuracy:.2f} %" in text
    # Its pictures: curves, and filters and states.
    assert "<svg" in text
    assert "data:image/png;base64," in text
    for section in (
        "Summary",
        "Curves",
        "Network and weights",
        "A relaxation",
        "Taken for",
        "Where the time went",
        "Configuration",
    ):
        assert section in text
    assert "Test image 0 is clamped" in text
    assert not re.search(r'(src|href)="?https?:', text)
    assert ("Chart.js v" in text) == LIBRARY.exists()
    assert page.stat().st_size <= 5_000_000


@pytest.fixture(scope="module")
def page_of_two(one, trained, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for seed in (1, 2):
        (folder / f"run-{seed}").symlink_to(trained(TRAIN, f"seed={seed}").folder)
    page = folder / "both.html"
    one("report", folder / "run-1", folder / "run-2", "--output", page, "--image", 7).succeeds(str(page))
    return page


def test_report_of_two_runs(page_of_two):
    text = page_of_two.read_text()
    # What tells them apart, and the mean of two seeds.
    assert re.search(r'<th scope="row">seed</th><td>1</td><td>2</td>', text)
    accuracies = [Run(page_of_two.parent / f"run-{seed}").test_accuracy for seed in (1, 2)]
    mean, deviation = 100 * statistics.mean(accuracies), 100 * statistics.stdev(accuracies)
    assert f"<td>1, 2</td><td>{mean:.2f} ± {deviation:.2f} %</td>" in text
    assert text.count("Test image 7 is clamped") == 2


def test_report_of_a_run_that_an_error_ended(job, one, tmp_path):
    diverging = settings("learning.optimiser={kind: sgd, learningRate: 1.0e30}")
    job(2, "train", TRAIN, "--run-dir", tmp_path / "run", *diverging).refuses("not finite", status=DIVERGED)
    one("report", tmp_path / "run").succeeds()
    assert re.search(r"Ended by an error, \d{4}-.*is not finite in epoch 1", (tmp_path / "run/report.html").read_text())


def test_report_of_nothing(one, tmp_path):
    one("report", tmp_path / "none").refuses(f"{tmp_path / 'none'}: there is no such run folder", status=INPUT)


def test_report_of_an_image_that_is_not_there(one, run):
    result = one("report", run.folder, "--image", 120)
    assert result.status != 0
    assert "0 to 119" in result.text


def test_report_without_the_data(job, one, tmp_path):
    """A training whose data are on another machine."""
    data = tmp_path / "data"
    data.mkdir()
    for name in [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]:
        (data / name).write_bytes(bytes(4 * 3073))
    run = Run(tmp_path / "moved")
    job(2, "train", CONFIGURATIONS / "images.yaml", "--run-dir", run.folder, *settings(f"data.folder={data}")).succeeds()
    assert run.is_complete
    shutil.rmtree(data)
    one("report", run.folder).succeeds()
    assert "No relaxation and no confusion" in (run.folder / "report.html").read_text()


# Pages in a browser

needs_browser = pytest.mark.skipif(not browser.PROGRAM, reason="there is no browser (chromium-headless-shell)")


@pytest.fixture(scope="module")
def page_of_one(one, trained, tmp_path_factory) -> Path:
    page = tmp_path_factory.mktemp("page") / "one.html"
    one("report", trained(TRAIN).folder, "--output", page, "--watts-per-core", 5).succeeds()
    return page


@pytest.fixture(scope="module")
def page_of_a_search(one, tmp_path_factory) -> Path:
    page = tmp_path_factory.mktemp("page") / "search.html"
    one("solve", "torus:12x12", "--steps", 100, "--reads", 20, "--report", page).succeeds()
    return page


@pytest.fixture(scope="module")
def page_of_samples(one, tmp_path_factory) -> Path:
    page = tmp_path_factory.mktemp("page") / "samples.html"
    one("sample", "torus:6x6", "--temperatures", "0.8:3:5", "--rounds", 7, "--free-energy", "--report", page).succeeds()
    return page


TABLE = """
name: own
data:
  name: files
  validation: 20
  files: {train: %s.csv, testShare: 0.2%s}
network:
  layers:
    - {name: hidden, units: 12}
    - {name: output, units: %d}
relaxation: {free: {sweeps: 15}, nudged: {sweeps: 5}}
learning: {epochs: 6, batch: {size: 20, shard: 5}, optimiser: {kind: adam, learningRate: 5.0e-3}}
"""


@pytest.fixture(scope="module")
def tables(one, tmp_path_factory) -> Path:
    """A folder with a run that predicts numbers from a table, and one that tells classes."""
    folder = tmp_path_factory.mktemp("tables")
    random = np.random.default_rng(1)
    kinds = np.repeat(["Adelie", "Gentoo"], 100)
    mass, flipper = random.normal(4, 1, 200), random.normal(200, 14, 200)
    mass[100:] += 1
    names = {"age": random.normal(2 * mass, 0.3), "species": kinds}
    for name, last in names.items():
        rows = [f"{a:.4f},{b / 100:.4f},{c}" for a, b, c in zip(mass, flipper, last, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join([f"body mass,flipper length,{name}", *rows]))
    for name, targets, units in (("age", ", targets: [age]", 1), ("species", "", 2)):
        (folder / f"{name}.yaml").write_text(TABLE % (name, targets, units))
        one("train", folder / f"{name}.yaml", "--run-dir", folder / name).succeeds()
    return folder


@pytest.fixture(scope="module")
def page_of_numbers(one, tables) -> Path:
    one("report", tables / "age", "--output", tables / "numbers.html").succeeds()
    return tables / "numbers.html"


@pytest.fixture(scope="module")
def page_of_tables(one, tables) -> Path:
    one("report", tables / "age", tables / "species", "--output", tables / "both.html").succeeds()
    return tables / "both.html"


def shown(page: Path) -> str:
    """The page without its scripts, its style and the configuration."""
    return re.sub(r"<(script|style|pre).*?</\1>", "", page.read_text(), flags=re.DOTALL)


def test_report_of_rows_of_a_table(page_of_numbers, page_of_tables):
    """Features by their names instead of pictures, and words for rows."""
    numbers, both = shown(page_of_numbers), shown(page_of_tables)
    assert "image" not in re.sub(r"<img|data:image|background-image", "", numbers)
    assert "140 rows of age.csv" in numbers and "over 40 rows" in numbers
    assert "a row for each of 2 features, a column for each of 12 units" in numbers
    assert ">flipper length</span>" in numbers
    assert "Test row 0 is clamped" in numbers and '<th scope="row">body mass</th>' in numbers
    # The values of the row, as the file has them: the first of the test part.
    test_mass = re.search(r'<th scope="row">body mass</th><td>([\d.]+)</td>', numbers).group(1)
    assert any(line.startswith(f"{float(test_mass):.4f},") for line in (page_of_numbers.parent / "age.csv").read_text().split())
    assert "taken for <strong>" in both and '<th scope="col">row</th><th scope="col">body mass</th>' in both
    assert "test accuracy" in both and "test RMSE" in both and both.count('aria-label="The runs"') == 1


PAGES = ("page_of_one", "page_of_two", "page_of_a_search", "page_of_samples", "page_of_numbers", "page_of_tables")


@needs_browser
@pytest.mark.seconds(30)
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 1280, 3840])
def test_page_in_a_browser(request, tmp_path, name, width):
    """Nothing is wider than the window, every chart is drawn, no script fails, and nothing is asked of a network."""
    look = browser.look(request.getfixturevalue(name), width, tmp_path)
    found = look.found
    assert not look.log
    assert found["errors"] == []
    assert found["overflow"] <= 0, found["wide"]
    assert found["wide"] == []
    assert found["charts"] > 0
    assert found["tall"] == 0
    drawn = "canvases" if LIBRARY.exists() else "svgs"
    assert found[drawn] == found["charts"]
    if LIBRARY.exists():
        assert found["numbers"] > 0
    assert all(text.startswith("1 of ") for text in found["first"])
    assert not any(text.startswith("1 of ") for text in found["played"])
    assert found["silent"] == [] and (found["cut"] > 0 or width > 360 or name == "page_of_a_search")
    assert len(set(found["papers"])) == 2
    assert found["violations"] == []


@needs_browser
def test_picture_of_a_page(page_of_numbers, tmp_path):
    browser.screenshot(page_of_numbers, 1280, 2000, tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 20_000


@needs_browser
def test_browser_sees_what_is_wrong(page_of_one, tmp_path):
    """The checks above, on a page that is broken on purpose."""
    broken = tmp_path / "broken.html"
    wrong = '<img src="https://example.org/a.png"><div style="width:9000px">wide</div><script>missing()</script>'
    broken.write_text(page_of_one.read_text().replace("<footer>", f"{wrong}<footer>"))
    look = browser.look(broken, 1280, tmp_path)
    assert "example.org" in look.log
    assert "missing" in look.log
    assert look.found["overflow"] > 0
    assert "image-alt" in [rule for rule, *_ in look.found["violations"]]


def test_report_of_samples(page_of_samples):
    text = page_of_samples.read_text()
    for part in (
        "Verdict",
        "Averages against temperature",
        "Free energy and entropy",
        "Diagnostics",
        "Swaps of the ladder",
        "Settings",
    ):
        assert part in text
    assert text.count('<figure class="chart">') >= 8


# TensorBoard

READER = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
print(json.dumps({tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}))
"""
KINDS = {"training": "epoch", "interval": "interval", "validation": "validation", "test": "test"}
COLUMNS = {"loss": "loss", "accuracy": "accuracy", "free sweeps": "freeSweeps", "residual": "residual"}


@pytest.fixture(scope="module")
def tensorboard() -> Path:
    """A Python that has TensorBoard, which is installed once."""
    folder = ROOT / ".build/tensorboard-venv"
    python = folder / "bin/python"
    if not python.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True, timeout=120)
            install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "tensorboard", "setuptools<81"]
            subprocess.run(install, check=True, capture_output=True, timeout=240)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip("pip could not install TensorBoard's reader")
    return python


def test_event_files_by_tensorboard(job, run, tensorboard):
    """The reader sees every row once, with the figures of metrics.csv, also of a run that was resumed."""
    run.steps[-1].unlink()
    job(2, "train", TRAIN, "--run-dir", run.folder, "--resume").succeeds()
    assert len(list(run.folder.glob("events.out.tfevents.*"))) == 2
    tags = json.loads(job(None, run.folder, command=[tensorboard, "-c", READER]).succeeds().stdout)
    seen = 0
    for tag, events in tags.items():
        figure, group = tag.split("/")
        column = COLUMNS.get(figure)
        if column is None:
            continue
        rows = [row for row in run.rows if row["kind"] == KINDS[group] and row[column]]
        assert [int(row["step"]) for row in rows] == [step for step, _ in events], tag
        assert [float(row[column]) for row in rows] == pytest.approx([value for _, value in events], rel=1e-5), tag
        seen += len(events)
    assert seen


# Scaling studies


@pytest.fixture
def study(launcher, tmp_path):
    """The arguments of a study of a training, and its folder."""
    folder = tmp_path / "study"
    measured = ["--ranks", "1,2", "--strong", "--weak", "--repeats", 2, "--steps", 2, "--predict", "4,16"]
    return ["scaling", TRAIN, *measured, "--launcher", launcher, "--folder", folder], folder


def points(folder: Path) -> list[dict[str, str]]:
    with (folder / "scaling.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.seconds(30)
def test_scaling_study(one, study):
    command, folder = study
    one(*command).succeeds()
    assert len(points(folder)) == 8
    assert (folder / "model.txt").stat().st_size > 0
    for plot in ("speed-up", "efficiency", "time-strong", "time-weak"):
        assert "</svg>" in (folder / f"{plot}.svg").read_text()
    # What is measured stays, what is missing is measured.
    table = folder / "scaling.csv"
    kept = table.read_text().splitlines()[:4]
    table.write_text("\n".join(kept) + "\n")
    some = points(folder)
    one(*command).succeeds("3 points", "missing: 5")
    fitted = [column for column in list(some[0])[21:]]
    assert len(points(folder)) == 8
    for before, after in zip(some, points(folder), strict=False):
        assert {**before, **dict.fromkeys(fitted)} == {**after, **dict.fromkeys(fitted)}
    result = one(*command, *settings("learning.nudge=0.1"))
    assert result.status != 0
    assert "another configuration" in result.text
    one(*command, "--check", folder).succeeds("not fitted")


@pytest.mark.seconds(10)
def test_scaling_study_that_is_stopped(start, study):
    """On SIGUSR1, which batch systems send, it stops with the code that asks for another start."""
    command, _ = study
    with start(None, *command, "--steps", 2000) as running:
        time.sleep(2)
        running.signal(signal.SIGUSR1)
        running.wait().ends(STOPPED, "repeat the command to resume")


@pytest.mark.seconds(15)
@pytest.mark.parametrize("problem", ["torus:60x40", "dense:200"])
def test_scaling_study_of_spins(one, launcher, tmp_path, problem):
    """Spins of a lattice, and spins that are all coupled."""
    measured = ["--ranks", "1,2,3", "--strong", "--weak", "--repeats", 1, "--predict", 16, "--launcher", launcher]
    one("scaling", problem, *measured, "--folder", tmp_path / "study").succeeds("1 × 3", "sweeps/s")
    assert len(points(tmp_path / "study")) == 6
    result = one("scaling", "torus:60x41", "--folder", tmp_path / "study")
    assert result.status != 0
    assert f"another problem: {problem}" in result.text


WRONG = {
    "setting-with-a-problem": (["torus:60x40", "--set", "learning.nudge=0.1"], ["--set"]),
    "ranks-that-are-no-numbers": ([TRAIN, "--ranks", "1,x"], ["--ranks", "`x`"]),
    "grid-of-other-ranks": ([TRAIN, "--ranks", "2", "--grids", "2x2"], ["4 ranks", "--ranks 2"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_options_of_a_study(one, case):
    arguments, words = WRONG[case]
    one("scaling", *arguments).ends(USAGE, *words)


def test_study_of_nothing(one, tmp_path):
    one("scaling", tmp_path / "none.yaml", "--ranks", "1").refuses("none.yaml", "No such file", status=INPUT)

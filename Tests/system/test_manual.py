"""Every command line of README.md and docs/ that calls `equilibria` runs: the line as it stands, with small data in the place of
what it names and with limits behind it that make it short. The lines of a page run one after another in one folder. The tutorials
run as they stand, with the files that they show. Links lead somewhere, and the indices are complete."""

import os
import re
import shlex
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from jobs import CONFIGURATIONS, ROOT
from runs import Run, settings

# Lines that are not run here, and why.
ELSEWHERE = {
    "equilibria relax CONFIG": "test_relax.py runs it",
    "equilibria relax RUN": "test_evaluate.py runs it",
    "models/": "it needs the images of CIFAR-10",
}
TUTORIAL = ROOT / "docs/guide/tutorial.md"
REGRESSION = ROOT / "docs/guide/regression.md"
# What a line names, and what is taken in its place.
PLACEHOLDERS = {"CONFIG": "configs/quickstart.yaml", "DIR": "runs/dir", "RUN": "runs/mine"}
# What makes the training of a configuration short, besides what makes any short.
OWN = {
    "rbm-mnist": ("learning.batch={size: 16, shard: 8}",),
    "boltzmann-digits": ("learning.batch={size: 16, shard: 8}", "boltzmann.chains=8", "data.validation=8"),
}
# The run that the lines of a page are about, where it is not that of a layered network.
RUNS = {"docs/guide/boltzmann-machines.md": (CONFIGURATIONS / "boltzmann.yaml", "boltzmann.spinsPerClass=0")}
SMALLER = {
    "torus:1000x1000": "torus:100x100",
    "torus:64x64": "torus:16x16",
    "torus:32x32": "torus:12x12",
    "torus:400x400": "torus:100x100",
    "dense:4000": "dense:400",
    "dense:3000": "dense:300",
}


def lines(page: Path) -> list[str]:
    """The command lines of a page: joined at backslashes, and without comments behind them."""
    text = re.sub(r"\\\n *", "", page.read_text())
    found = re.findall(r"^    ((?:mpirun .*)?(?:\.build/release/)?equilibria(?: .*)?)$", text, flags=re.MULTILINE)
    return [re.sub(r" +#.*", "", line).replace(".build/release/equilibria", "equilibria").strip() for line in found]


def cases() -> list:
    found = []
    for page in [ROOT / "README.md", *sorted(set((ROOT / "docs").rglob("*.md")) - {TUTORIAL, REGRESSION})]:
        name = str(page.relative_to(ROOT))
        shared = [pytest.mark.xdist_group(name), pytest.mark.seconds(3 * len(lines(page)))]
        for number, line in enumerate(lines(page), 1):
            reason = next((reason for words, reason in ELSEWHERE.items() if words in line), None)
            marks = [*shared, pytest.mark.skip(reason=reason)] if reason else shared
            found.append(pytest.param(name, line, id=f"{page.stem}-{number}", marks=marks))
    return found


def short(words: list[str]) -> list[str]:
    """What makes a command short: images that are drawn, one epoch of a mini-batch or two, a fifth of a second."""
    if "train" in words:
        channels, size = (3, 32) if any("cifar10" in word for word in words) else (1, 28)
        return settings(
            "data.name=synthetic",
            "data.validation=32",
            "data.synthetic.train=96",
            "data.synthetic.test=32",
            "data.synthetic.classes=10",
            f"data.synthetic.shape.channels={channels}",
            f"data.synthetic.shape.rows={size}",
            f"data.synthetic.shape.columns={size}",
            "data.limit=64",
            "data.limitPerClass=null",
            "data.testPerClass=null",
            "learning.epochs=1",
            *next((sets for name, sets in OWN.items() if any(name in word for word in words)), ()),
        )
    if "solve" in words and "--exact" in words:
        return []
    if "solve" in words and "--hardware" in words:
        # The time would bound the search for an embedding too.
        return []
    if "solve" in words:
        # A search in a folder has either limit.
        return ["--reads", "20"] if "--run-dir" in words else ["--time", "0.2"]
    if "population" in words:
        return ["--population", "64"]
    if "sample" in words and not {"--until", "--time"} & set(words):
        return ["--rounds", "5"]
    if "scaling" in words:
        return ["--repeats", "1", "--steps", "1", "--ranks", "1,2"]
    return []


def circle() -> str:
    """A graph of 60 vertices on a circle with chords."""
    edges = [f"{vertex + 1} {(vertex + step) % 60 + 1} 1" for vertex in range(60) for step in (1, 7)]
    return "\n".join(["60 120", *edges]) + "\n"


def people() -> str:
    """Two rings of ten people who know each other, joined by one tie."""
    nodes = [f"  node [ id {person} ]" for person in range(20)]
    ties = [(person, person // 10 * 10 + (person + step) % 10) for person in range(20) for step in (1, 2)]
    edges = [f"  edge [ source {one} target {other} ]" for one, other in [*ties, (0, 10)]]
    return "\n".join(["graph [", *nodes, *edges, "]"]) + "\n"


@pytest.fixture(scope="session")
def stage(program, launcher, trained, tmp_path_factory):
    """stage(PAGE): a folder with small stand-ins for the files that the manual names."""
    stages = {}

    def make(folder: Path, configuration: Path, *sets: str) -> Path:
        for name in ("G22.txt", "edges.txt"):
            (folder / name).write_text(circle())
        (folder / "pixels.txt").write_text("0 1\n5 -1\n")
        (folder / "pairs.txt").write_text("0 1\n5 9\n")
        (folder / "bqp.txt").write_text("2\n2 3\n1 1 -5\n1 2 6\n2 2 -3\n1 1\n1 1 7\n")
        (folder / "five.numbers").write_text("4 5 6 7 8\n")
        (folder / "chip.edges").write_text("".join(f"{spin} {(spin + step) % 14}\n" for spin in range(14) for step in (1, 2)))
        (folder / "missing.txt").write_text("12\n0 1\n")
        (folder / "magnet.coo").write_text("".join(f"{spin} {spin + 1} -1\n" for spin in range(9)))
        for name in ("karate.gml", "football.gml"):
            (folder / name).write_text(people())
        for place, name in (("gset", "G22.txt"), ("communities", "karate.gml")):
            (folder / "data" / place).mkdir(parents=True)
            shutil.copy(folder / name, folder / "data" / place)
        (folder / "configs").symlink_to(ROOT / "configs")
        # Finished runs, for the commands that look at one.
        (folder / "runs").mkdir()
        for seed, name in enumerate(("mine", "mine-seed-1", "mine-seed-2")):
            run = trained(configuration, *sets, "learning.epochs=1", f"seed={seed}", ranks=None)
            shutil.copytree(run.folder, folder / "runs" / name)
        (folder / "bin").mkdir()
        (folder / "bin/equilibria").symlink_to(program)
        (folder / "bin/mpirun").write_text(f'#!/bin/sh\nexec "{launcher}" "$@"\n')
        (folder / "bin/mpirun").chmod(0o755)
        return folder

    def stage(page: str) -> Path:
        if page not in stages:
            stages[page] = make(tmp_path_factory.mktemp("manual"), *RUNS.get(page, (CONFIGURATIONS / "train.yaml",)))
        return stages[page]

    return stage


@pytest.mark.parametrize(("page", "line"), cases())
def test_line_of_the_manual(job, stage, page, line):
    folder = stage(page)
    for name, value in PLACEHOLDERS.items():
        line = re.sub(rf"\b{name}\b", value, line)
    words = [SMALLER.get(word, word) for word in shlex.split(line)]
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    job(None, *words[1:], *short(words), command=[folder / "bin" / words[0]], cwd=folder, env={"PATH": path}).succeeds()


@pytest.fixture
def followed(job, program, launcher, tmp_path):
    """followed(PAGE): what came of all commands of a page, in order, with all files that it shows, and their names."""

    def follow(page: Path) -> tuple[list[str], list]:
        text = page.read_text()
        files = re.findall(r"[Ss]ave (?:this|it) as `([^`]+)`(?:(?!```).)*```\w+\n(.*?)```", text, flags=re.DOTALL)
        for name, content in files:
            (tmp_path / name).write_text(content)
        outside = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
        commands = re.findall(r"^    (\S.*)$", outside, flags=re.MULTILINE)
        programs = {"equilibria": program, "mpirun": launcher, "python3": sys.executable}
        results = [
            job(None, command=[programs.get(word, word) for word in line.split()], cwd=tmp_path).succeeds() for line in commands
        ]
        return [name for name, _ in files], results

    return follow


@pytest.mark.seconds(60)
def test_regression(followed, tmp_path):
    """The table at the end of the page is what its own commands print, on any processor to the digits that it shows but one."""
    files, results = followed(REGRESSION)
    assert files == ["friedman.py", "friedman.yaml", "table.py"] and len(results) == 6
    printed = re.findall(r"^\| ([\w ]+) \| ([\d.]+) \| (-?[\d.]+) \|$", results[-1].stdout, flags=re.MULTILINE)
    shown = re.findall(r"^\| ([\w ]+) \| ([\d.]+) \| (-?[\d.]+) \|$", REGRESSION.read_text(), flags=re.MULTILINE)
    assert [row[0] for row in printed] == [row[0] for row in shown] and len(shown) == 4
    for (name, *found), (_, *expected) in zip(printed, shown, strict=True):
        assert [float(value) for value in found] == pytest.approx([float(value) for value in expected], abs=0.02), name
    network, linear = float(printed[2][2]), float(printed[1][2])
    assert linear < network < float(printed[3][2])
    assert "Predicted against measured" in (tmp_path / "friedman.html").read_text()


@pytest.mark.seconds(60)
def test_tutorial(followed, tmp_path):
    """All files and all commands of the tutorial, unchanged and in order."""
    files, results = followed(TUTORIAL)
    assert files == ["shapes.py", "shapes.yaml", "figure.py"]
    assert len(results) == 8

    assert "1000 training, 200 validation and 400 test images of 1×28×28, 4 classes" in results[1].stdout
    # Four shapes, so that guessing gives 0.25.
    evaluated = results[5].json
    assert evaluated["images"] == 400 and evaluated["accuracy"] > 0.6
    assert evaluated["accuracy"] == pytest.approx(Run(tmp_path / "runs/seed-1").test_accuracy, abs=1e-6)
    page = (tmp_path / "shapes.html").read_text()
    assert "seed-2" in page and '<th scope="row">square</th>' in page
    # The figure: a line through the mean of each epoch, and a bar at each.
    svg = "{http://www.w3.org/2000/svg}"
    figure = ElementTree.parse(tmp_path / "shapes.svg").getroot()
    (curve,) = figure.iter(f"{svg}polyline")
    points = [tuple(map(float, point.split(","))) for point in curve.get("points").split()]
    last = [[row for row in Run(tmp_path / f"runs/seed-{seed}").rows if row["kind"] == "validation"][-1] for seed in (1, 2, 3)]
    assert len(points) == 8 == len(list(figure.iter(f"{svg}path"))) - 1
    assert points[-1][1] == pytest.approx(250 - 230 * sum(float(row["accuracy"]) for row in last) / 3, abs=0.06)


PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / folder / "README.md" for folder in ("Benchmarks", "Examples", "Tests/system")),
]


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub names them."""
    titles = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE), flags=re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for name, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text()):
        target = page.parent / name if name else page
        assert target.exists(), f"{name} is not there"
        assert not anchor or target.suffix != ".md" or anchor in headings(target), f"{name} has no heading #{anchor}"


@pytest.mark.parametrize("folder", ["docs/guide", "docs/results"])
def test_index_names_every_page(folder):
    pages = {path.name for path in (ROOT / folder).iterdir() if path.suffix in (".md", ".ipynb")} - {"README.md"}
    assert pages <= set(re.findall(r"\]\(([\w.-]+)", (ROOT / folder / "README.md").read_text()))

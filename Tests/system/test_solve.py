"""`equilibria solve` from outside: every form of file, every kind of problem, every machine, what is written, an interrupted
search."""

import csv
import gzip
import math
import os
import re
import signal
import time
import xml.dom.minidom
from itertools import combinations
from pathlib import Path

import pytest

from jobs import DISK, STOPPED, USAGE

# A cycle of five: at most four of its edges can be cut.
CYCLE = "5 5\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n5 1 1\n"
MACHINES = [
    "cim",
    "cim-cac",
    "cim-ahc",
    "cim-adam",
    "conjugate",
    "sb-adiabatic",
    "sb-ballistic",
    "sb-discrete",
    "sb-ballistic-heated",
    "sb-discrete-heated",
    "oscillator",
    "langevin",
    "gibbs",
    "anneal",
]


@pytest.fixture
def cycle(tmp_path) -> Path:
    path = tmp_path / "cycle.rud"
    path.write_text(CYCLE)
    return path


@pytest.fixture
def solve(job):
    """solve(RANKS, ARGUMENT…): the JSON of a search; on one rank without a launcher."""
    return lambda ranks, *arguments: job(None if ranks == 1 else ranks, "solve", *arguments, "--json").succeeds().json


@pytest.mark.parametrize("form", ["rud", "mtx", "gz"])
def test_forms_of_a_graph(solve, tmp_path, form):
    path = tmp_path / f"cycle.{form}"
    matrix = "%%MatrixMarket matrix coordinate pattern symmetric\n5 5 5\n2 1\n3 2\n4 3\n5 4\n5 1\n"
    path.write_bytes({"rud": CYCLE.encode(), "mtx": matrix.encode(), "gz": gzip.compress(CYCLE.encode())}[form])
    found = solve(1, path, "--reads", 4, "--steps", 50)
    assert (found["cut"], found["energy"], found["problem"], len(found["spins"])) == (4, -3, "maxcut", 5)


def test_list_of_couplings(solve, tmp_path):
    path = tmp_path / "cycle.coo"
    path.write_text("0 1 -1\n1 2 -1\n2 3 -1\n3 4 -1\n0 4 -1\n")
    found = solve(1, path, "--reads", 4, "--steps", 50)
    assert (found["energy"], found["problem"]) == (-3, "ising")
    assert "cut" not in found


def test_qubo(solve, tmp_path):
    """1·x0 − 2·x1 + 3·x0·x1 is least at x = (0, 1)."""
    path = tmp_path / "two.qubo"
    path.write_text("p qubo 0 2 2 1\n0 0 1\n1 1 -2\n0 1 3\n")
    found = solve(1, path, "--reads", 2, "--steps", 50, "--output", tmp_path / "variables")
    assert (found["energy"], found["variables"], found["spins"]) == (-2, [0, 1], [-1, 1])
    assert (tmp_path / "variables").read_text().split() == ["0", "1"]


def test_binary_quadratic_model(solve, tmp_path):
    """dimod's sign."""
    path = tmp_path / "pair.json"
    path.write_text(
        '{"type": "BinaryQuadraticModel", "version": {"bqm_schema": "3.0.0"}, "use_bytes": false, "variable_type": "SPIN", '
        '"offset": 0.5, "linear_biases": [1.0, 0.0], "quadratic_biases": [2.0], "quadratic_head": [0], "quadratic_tail": [1]}'
    )
    found = solve(1, path, "--reads", 2, "--steps", 50)
    assert (found["energy"], found["spins"]) == (-2.5, [-1, 1])


def test_numbers(solve, tmp_path):
    path = tmp_path / "five.numbers"
    path.write_text("4\n5\n6\n7\n8\n")
    found = solve(1, path, "--reads", 4, "--steps", 50)
    assert (found["difference"], found["problem"]) == (0, "partition")


def test_drawn_torus(solve):
    found = solve(1, "torus:4x5:3", "--reads", 8, "--steps", 100)
    assert (found["spinCount"], found["couplingCount"]) == (20, 40)


def test_graph_without_edges(solve, tmp_path):
    path = tmp_path / "none.rud"
    path.write_text("3 0\n")
    assert solve(1, path, "--reads", 2, "--steps", 20)["cut"] == 0


def test_greatest_weights_add_up_exactly(solve, tmp_path):
    path = tmp_path / "great.rud"
    path.write_text("3 2\n1 2 9007199254740992\n2 3 9007199254740992\n")
    assert solve(1, path, "--reads", 2, "--steps", 20)["cut"] == 2 * 9007199254740992


@pytest.mark.parametrize("machine", MACHINES)
def test_machine_cuts_the_cycle(solve, cycle, machine):
    found = solve(1, cycle, "--machine", machine, "--reads", 8, "--steps", 200)
    assert (found["cut"], found["machine"]) == (4, machine)


def test_reverse_annealing(solve, cycle, tmp_path):
    (tmp_path / "start").write_text("1\n-1\n1\n-1\n1\n")
    found = solve(1, cycle, "--machine", "reverse-anneal", "--reads", 2, "--steps", 50, "--initial", tmp_path / "start")
    assert found["cut"] == 4


@pytest.mark.parametrize(
    "options",
    [["--auto", "--time", "0.5"], ["--schedule", "geometric:3:0.1", "--reads", "2", "--sweeps", "50", "--scale", "1.2"]],
    ids=lambda options: options[0],
)
def test_options_of_the_search(solve, cycle, options):
    assert solve(1, cycle, *options)["cut"] == 4


TRIANGLES = """graph [
  node [ id 1 value "a" ] node [ id 2 value "a" ] node [ id 3 value "a" ]
  node [ id 4 value "b" ] node [ id 5 value "b" ] node [ id 6 value "b" ]
  edge [ source 1 target 2 ] edge [ source 2 target 3 ] edge [ source 3 target 1 ]
  edge [ source 4 target 5 ] edge [ source 5 target 6 ] edge [ source 6 target 4 ]
  edge [ source 3 target 4 ]
]
"""


@pytest.fixture
def triangles(tmp_path) -> Path:
    path = tmp_path / "triangles.gml"
    path.write_text(TRIANGLES)
    return path


@pytest.mark.seconds(10)
@pytest.mark.parametrize("ranks", [1, 3])
def test_communities(solve, triangles, ranks):
    found = solve(ranks, triangles)
    assert math.isclose(found["modularity"], 5 / 14, abs_tol=1e-12)
    assert (found["nmi"], found["communities"]) == (1, [0, 0, 0, 1, 1, 1])


def test_communities_by_similarity(solve, triangles):
    assert solve(1, triangles, "--coupling", "similarity")["communities"] == [0, 0, 0, 1, 1, 1]


def test_limit_of_communities(solve, triangles):
    found = solve(1, triangles, "--communities", 1)
    assert (found["communityCount"], found["modularity"]) == (1, 0)


def test_communities_with_spins_over_ranks(job, triangles):
    job(2, "solve", triangles, "--spread", "spins").refuses("--spread spins", "one Ising problem")


PUBLISHED = {"karate": 0.41979, "dolphins": 0.528519, "polbooks": 0.527237, "football": 0.60457}
GRAPHS = Path(os.environ.get("EQUILIBRIA_DATA", "/nonexistent")) / "communities"


@pytest.mark.seconds(10)
@pytest.mark.skipif(not GRAPHS.is_dir(), reason="the graphs of communities are not in EQUILIBRIA_DATA")
@pytest.mark.parametrize("graph", PUBLISHED)
def test_published_modularity(solve, graph):
    found = solve(1, GRAPHS / f"{graph}.gml", "--time", 60)
    assert abs(found["modularity"] - PUBLISHED[graph]) < 5e-6
    assert found["nmi"] > 0.3


@pytest.fixture
def six(tmp_path) -> Path:
    """All pairs of six vertices: at most nine of the 15 edges can be cut."""
    path = tmp_path / "six.rud"
    path.write_text("6 15\n" + "".join(f"{i} {j} 1\n" for i, j in combinations(range(1, 7), 2)))
    return path


def test_embedded_in_chimera(solve, six):
    found = solve(1, six, "--hardware", "chimera:3", "--reads", 16, "--steps", 300)
    assert found["cut"] == 9
    assert found["chip"]["longestChain"] >= 2
    assert 0 <= found["chip"]["chainBreakFraction"] <= 1


DEVICES = {
    "faults": ["--coupling-bits", 4, "--mismatch", 0.02, "--device", 3, "--coupling-range", "1,4", "--fit-range", "--steps", 100],
    "coarse-states": ["--machine", "cim", "--state-bits", 6, "--state-noise", 0.01, "--steps", 300],
}


@pytest.mark.parametrize("device", DEVICES)
def test_device(solve, six, device):
    assert solve(1, six, *DEVICES[device], "--reads", 16)["cut"] == 9


def test_chip_that_is_too_small(one, six):
    one("solve", six, "--hardware", "chimera:1", "--reads", 1, "--steps", 1).refuses("no embedding")


def test_what_is_written(one, solve, cycle, tmp_path):
    files = {name: tmp_path / name for name in ("spins", "plot.svg", "trace.csv", "page.html")}
    options = [
        option for pair in zip(("--output", "--plot", "--trace", "--report"), files.values(), strict=True) for option in pair
    ]
    text = one("solve", cycle, "--reads", 4, "--steps", 50, *options).succeeds().stdout
    # What a person reads of the cut, the energy and the machine.
    assert re.search(r"\bcut\W+4\b", text)
    assert re.search(r"\benergy\W+-3\b", text)
    assert "anneal" in text
    spins = files["spins"].read_text().splitlines()
    assert len(spins) == 5
    assert set(spins) == {"1", "-1"}
    xml.dom.minidom.parse(str(files["plot.svg"]))
    with files["trace.csv"].open(newline="") as file:
        assert float(list(csv.reader(file))[-1][1]) == 4
    page = files["page.html"].read_text()
    assert '<tr><th scope="row">cut</th><td>4</td></tr>' in page
    # All four reads ended at a cut of 4.
    assert '<tr><th scope="row">4</th><td>4</td></tr>' in page
    assert not re.search(r'(src|href)="?https?:', page)
    # A time of zero gives the state that it began with.
    assert solve(1, cycle, "--initial", files["spins"], "--time", 0)["cut"] == 4


@pytest.mark.parametrize("ranks", [1, 2])
def test_exact(solve, cycle, ranks):
    """One of the five edges is not cut, whichever, and a cut has two states."""
    found = solve(ranks, cycle, "--exact")
    assert (found["cut"], found["energy"]) == (4, -3)
    assert found["exact"] == {"groundStates": 10, "states": 32}


def test_exact_that_is_interrupted(start):
    """It ends with the best that it has found, of which nothing is proven."""
    with start(2, "solve", "sk:30", "--exact", "--json") as running:
        time.sleep(3)
        running.signal(signal.SIGTERM)
        found = running.wait().ends(STOPPED).json
    assert found["interrupted"] and "exact" not in found and len(found["spins"]) == 30


def test_time_of_zero(solve, cycle):
    assert len(solve(1, cycle, "--time", 0)["spins"]) == 5


@pytest.mark.parametrize(("ranks", "spread"), [(1, "replicas"), (2, "replicas"), (2, "spins")])
def test_interrupted(start, ranks, spread):
    """It ends with the best that it has found."""
    arguments = ["solve", "torus:40x40", "--time", 60, "--spread", spread, "--json"]
    with start(None if ranks == 1 else ranks, *arguments) as running:
        time.sleep(3)
        running.signal(signal.SIGINT)
        found = running.wait().ends(STOPPED).json
    assert found["interrupted"]
    assert found["energy"] < 0
    assert found["seconds"] < 50


# Format, content, and words of the message.
BAD = {
    "edge-out-of-range": ("rud", "3 1\n1 4 1\n", [":2: vertex 4", "1 to 3"]),
    "duplicate-edge": ("rud", "3 2\n1 2 1\n2 1 1\n", [":3: edge 2 1", "line 2"]),
    "self-edge": ("rud", "3 1\n2 2 1\n", [":2: edge 2 2"]),
    "negative-count": ("rud", "3 -1\n", [":1:", "-1", "number of edges"]),
    "header-that-lies": ("rud", "3 2\n1 2 1\n", ["1 edge", "expected 2", "line 1"]),
    "header-that-lies-about-memory": ("rud", "2147483647 1\n1 2 1\n", ["would take"]),
    "overflow": ("rud", "3 1\n1 2 1e999\n", [":2:", "`1e999`"]),
    "not-a-number": ("rud", "3 1\n1 2 nan\n", [":2:", "`nan`", "expected a weight"]),
    "empty-file": ("rud", "", ["is empty"]),
    "empty-graph": ("rud", "0 0\n", [":1:", "0", "number of vertices"]),
    "edge-to-nowhere": ("gml", "graph [ node [ id 0 ]\nedge [ source 0 target 1 ] ]", [":2:", "node 1"]),
    "no-edges": ("gml", "graph [ node [ id 0 ] node [ id 1 ] ]", ["no edges"]),
    "wrong-counts": ("qubo", "p qubo 0 2 1 1\n0 0 1\n", ["expected 1 and 1", "line 1"]),
    "cut-off": ("json", '{"type": "Binary', ["expected"]),
}


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("case", BAD)
def test_bad_file(job, tmp_path, case, ranks):
    form, content, words = BAD[case]
    path = tmp_path / f"bad.{form}"
    path.write_text(content)
    job(ranks, "solve", path, "--time", 1).refuses(str(path), *words)


def test_bad_paths(one, cycle, tmp_path):
    one("solve", tmp_path / "none.txt").refuses(str(tmp_path / "none.txt"), "No such file")
    one("solve", tmp_path).refuses(str(tmp_path), "is a folder")
    one("solve", cycle, "--output", tmp_path / "none/spins").refuses(
        str(tmp_path / "none/spins"), "cannot be written", status=DISK
    )
    (tmp_path / "couplings").write_text("0 1 -1\n")
    one("solve", cycle, "--initial", tmp_path / "couplings").refuses(f"{tmp_path / 'couplings'}:1:", "expected 5")


def test_drawn_problems_that_cannot_be(one):
    one("solve", "sk:0").refuses("sk:0", "sk:SPINS")
    one("solve", "sk:9000000").refuses("would take")


WRONG_OPTIONS = [
    "--time -1",
    "--reads 0",
    "--steps -1",
    "--machine best",
    "--schedule up",
    "--target x",
    "--auto --machine cim",
    "--spread up",
    "--exchange-every 0",
    "--exchange-every 2 --spread replicas",
    "--exchange-every 2 --auto",
    "--coupling-bits 0",
    "--chain-strength 2",
    "--communities 0",
    "--problem sudoku",
    "--format dot",
    "--hardware pegasus",
]


@pytest.mark.parametrize("options", WRONG_OPTIONS)
def test_wrong_options(one, cycle, options):
    words = options.split()
    one("solve", cycle, *words).ends(USAGE, words[0])

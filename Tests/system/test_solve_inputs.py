"""Problems as people bring them: the forms of other programs, compressed or on standard input, each to its known optimum."""

import json
import lzma
import subprocess
import zipfile

import pytest

from jobs import INPUT, USAGE

RING = "6 6\n" + "".join(f"{i} {i % 6 + 1} 1\n" for i in range(1, 7))
FIELDS = "# own five spins with fields\n0 0 0.5\n1 1 -0.25\n0 1 1\n1 2 -1\n2 3 1\n3 4 -1\n0 4 1\n"
DIMOD = "0 0 1.000000\n0 1 -2.000000\n1 1 1.000000\n1 2 1.000000\n2 2 -0.500000\n"
SEARCH = ("--reads", 20, "--steps", 100)

# Name, text, what is asked, the measure's key and its best value, by hand.
FILES = {
    "ring.graph": ("6 6\n2 6\n1 3\n2 4\n3 5\n4 6\n1 5\n", "cut", 6),
    "commented.rud": ("# a ring\n" + RING, "cut", 6),
    "marked.rud": ("\ufeff" + RING, "cut", 6),
    "edges.txt": ("# source target\n1 2\n2 3\n3 1\n", "cut", 2),
    "snap.txt": ("# Nodes: 3 Edges: 3\n# From\tTo\n0\t1\n1\t2\n2\t0\n", "cut", 2),
    "road.gr": ("c road\np sp 3 2\na 1 2 5\na 2 3 7\n", "cut", 12),
    "path.net": ('*Vertices 3\n1 "a"\n2 "b"\n3 "c"\n*Edges\n1 2 1\n2 3 1\n', "cut", 2),
    "upper.mtx": ("%%MatrixMarket matrix coordinate real general\n2 2 3\n1 1 -1\n2 2 -1\n1 2 1.5\n", "energy", -1),
    "old.json": (
        json.dumps(
            {
                "linear_terms": [{"bias": 1.0, "label": 0}, {"bias": -1.0, "label": 1}],
                "offset": 0.5,
                "quadratic_terms": [{"bias": 0.5, "label_head": 1, "label_tail": 0}],
                "variable_labels": [0, 1],
                "variable_type": "SPIN",
                "version": {"bqm_schema": "1.0.0"},
            }
        ),
        "energy",
        -2,
    ),
    "bqp.json": (
        json.dumps(
            {
                "version": "1.0.0",
                "variable_ids": [1, 2, 4],
                "variable_domain": "spin",
                "scale": 1.0,
                "offset": 0.0,
                "linear_terms": [{"id": 1, "coeff": 1.3}],
                "quadratic_terms": [{"id_tail": 1, "id_head": 2, "coeff": -0.5}],
            }
        ),
        "energy",
        -1.8,
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_known_optimum(one, tmp_path, name):
    text, key, best = FILES[name]
    (tmp_path / name).write_text(text)
    problem = ["--problem", "qubo"] if name == "upper.mtx" else []
    found = one("solve", tmp_path / name, *problem, *SEARCH, "--json").succeeds().json
    assert found[key] == pytest.approx(best)


def test_directed_markup(one, tmp_path):
    """Two triangles joined by an edge: Newman's modularity of the two, by hand 5/14."""
    nodes = "".join(f" node [ id {number} ]\n" for number in range(6))
    pairs = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)]
    edges = "".join(f" edge [ source {a} target {b} ]\n" for a, b in pairs)
    (tmp_path / "d.gml").write_text(f"graph [\n directed 1\n{nodes}{edges}]\n")
    result = one("solve", tmp_path / "d.gml", "--time", 0.2, "--json").succeeds("note: ", "directions")
    assert result.json["modularity"] == pytest.approx(5 / 14)


def test_labels_come_back(one, tmp_path):
    (tmp_path / "a.gml").write_text('graph [ node [ id "x" label "X" ] node [ id "y" ] edge [ source "x" target "y" ] ]')
    found = one("solve", tmp_path / "a.gml", "--problem", "maxcut", *SEARCH, "--json", "--output", tmp_path / "s").succeeds().json
    assert found["labels"] == ["X", "y"] and found["cut"] == 1
    lines = (tmp_path / "s").read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["X", "y"]
    # And so the file is an initial state again.
    again = (
        one("solve", tmp_path / "a.gml", "--problem", "maxcut", "--initial", tmp_path / "s", "--time", 0, "--json")
        .succeeds()
        .json
    )
    assert again["cut"] == 1


def test_signs_of_dimod(one, tmp_path):
    """−5.5 with dimod's sign, never that of couplings without a word."""
    (tmp_path / "d.coo").write_text(DIMOD)
    one("solve", tmp_path / "d.coo", *SEARCH).refuses("--vartype SPIN", "opposite sign")
    spin = one("solve", tmp_path / "d.coo", "--vartype", "spin", *SEARCH, "--json").succeeds().json
    assert spin["energy"] == pytest.approx(-5.5) and spin["spins"] == [-1, -1, 1]
    couplings = one("solve", tmp_path / "d.coo", "--vartype", "couplings", *SEARCH, "--json").succeeds().json
    assert couplings["energy"] == pytest.approx(-3.5)


def test_negative_numbers_are_values(one, tmp_path):
    (tmp_path / "f.coo").write_text(FIELDS)
    found = one("solve", tmp_path / "f.coo", "--time", 5, "--target", -3, "--json").succeeds().json
    assert found["energy"] <= -3 and found["seconds"] < 4
    one("solve", tmp_path / "f.coo", "--time", -1).ends(USAGE, "expected seconds, 0 or more")
    one("solve", tmp_path / "f.coo", "--seed", -1).ends(USAGE, "seed")


def test_archives_and_standard_input(program, launcher, one, tmp_path):
    with zipfile.ZipFile(tmp_path / "r.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", "")
        archive.writestr("folder/ring.rud", RING)
    assert one("solve", tmp_path / "r.zip", *SEARCH, "--json").succeeds().json["cut"] == 6
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.rud", RING)
        archive.writestr("b.rud", RING)
    one("solve", tmp_path / "two.zip", *SEARCH).refuses("is an archive of 2 files")
    (tmp_path / "r.rud.xz").write_bytes(lzma.compress(RING.encode()))
    one("solve", tmp_path / "r.rud.xz", *SEARCH).refuses("xz -dc")
    for command in ([], [launcher, "-n", "2"]):
        words = [*command, program, "solve", "-", *SEARCH, "--json"]
        done = subprocess.run([str(word) for word in words], input=RING, capture_output=True, text=True, timeout=60, check=True)
        assert json.loads(done.stdout)["cut"] == 6


def test_bytes_of_an_archive_are_no_graph(one, tmp_path):
    """A few bytes that no text has end the search for a form, at once."""
    (tmp_path / "hang.dat").write_bytes(b"PK\x03\x04")
    one("solve", tmp_path / "hang.dat", timeout=20).ends(INPUT, "hang.dat")
    (tmp_path / "escape.rud").write_text("4 \x1b[31mX\x1b[0m\n")
    one("solve", tmp_path / "escape.rud").refuses("\\u{1b}[31mX")

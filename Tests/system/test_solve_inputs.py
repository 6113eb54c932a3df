"""Problems as people bring them: the forms of other programs, compressed or on standard input, each to its known optimum."""

import bz2
import json
import lzma
import os
import subprocess
import sys
import zipfile

import pytest

from jobs import DISK, INPUT, USAGE

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
    # −5 −3 + 2·6 = 4 at (1, 1, 0): pairs of a symmetric matrix count twice, and the collection maximises.
    "bqp.txt": (" 1 \n 3 5 \n 1 1 -5 \n 1 2 6 \n 2 2 -3 \n 2 3 -1 \n 3 3 1 \n", "value", 4),
    "biqmac.sparse": ("3 5\n1 1 -5\n1 2 6\n2 2 -3\n2 3 -1\n3 3 1\n", "energy", -5),
    # ½ (4 x₁² − 2·3 x₁x₂) − x₂ is −2 at (1, 1).
    "small.qplib": ("name\nQBN\nminimize\n2\n2\n1 1 4\n2 1 -3\n0\n1\n2 -1\n0\n1e20\n0\n0\n0\n0\n0\n0\n", "energy", -2),
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
    for name, packed in (("r.rud.xz", lzma.compress(RING.encode())), ("r.bz2", bz2.compress(RING.encode()))):
        (tmp_path / name).write_bytes(packed)
        assert one("solve", tmp_path / name, *SEARCH, "--json").succeeds().json["cut"] == 6
        (tmp_path / name).write_bytes(packed[:-8])
        one("solve", tmp_path / name, *SEARCH).refuses(name, "ends too early")
    words = [program, "solve", "-", "--time", "0.1", "--json"]
    done = subprocess.run(words, input=lzma.compress(RING.encode()), capture_output=True, check=True)
    assert json.loads(done.stdout)["cut"] == 6
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


def test_directions_of_qubos(one, tmp_path):
    """A file `n m` with a diagonal does not say whether it is minimised."""
    (tmp_path / "q.txt").write_text("3 5\n1 1 -5\n1 2 6\n2 2 -3\n2 3 -1\n3 3 1\n")
    one("solve", tmp_path / "q.txt").refuses("--format sparse", "--format mqlib")
    found = one("solve", tmp_path / "q.txt", "--format", "mqlib", *SEARCH, "--json").succeeds("maximised").json
    assert (found["value"], found["energy"], found["variables"]) == (4, -4, [1, 1, 0])
    assert found["samples"][0]["energy"] == -4 and "energyPerSpin" not in found
    again = one("solve", tmp_path / "q.txt", "--format", "sparse", "--maximise", *SEARCH, "--json").succeeds().json
    assert again["value"] == 4
    text = one("solve", tmp_path / "q.txt", "--format", "mqlib", *SEARCH, "--target", 4).succeeds().stdout
    assert text.rstrip().endswith("value 4")
    (tmp_path / "two.txt").write_text("2\n1 1\n1 1 7\n2 1\n1 2 3\n")
    one("solve", tmp_path / "two.txt").refuses("--instance 1 to 2")
    assert one("solve", tmp_path / "two.txt", "--instance", 2, *SEARCH, "--json").succeeds().json["value"] == 6
    one("solve", tmp_path / "two.txt", "--instance", 0).ends(USAGE, "--instance 0")
    (tmp_path / "ring.rud").write_text(RING)
    one("solve", tmp_path / "ring.rud", "--maximise").refuses("--maximise is for QUBOs")


def test_what_dimod_writes(one, tmp_path):
    """Its binary files of both versions, where it is installed; the program's own files go back to it."""
    dimod = pytest.importorskip("dimod")
    model = dimod.BinaryQuadraticModel({"a": 1.5, "b": -0.5, "c": 0}, {"ab": -2, "bc": 1.25}, 0.75, "SPIN")
    best = dimod.ExactSolver().sample(model).first.energy
    for version in (1, 2):
        (tmp_path / "m.bin").write_bytes(model.to_file(version=version).read())
        found = one("solve", tmp_path / "m.bin", *SEARCH, "--json").succeeds().json
        assert found["energy"] == pytest.approx(best) and found["labels"] == ["a", "b", "c"]
    one("solve", tmp_path / "m.bin", "--write-problem", tmp_path / "m.json", "--time", 0).succeeds()
    again = dimod.BinaryQuadraticModel.from_serializable(json.loads((tmp_path / "m.json").read_text()))
    assert dimod.ExactSolver().sample(again).first.energy == pytest.approx(best) and set(again.variables) == {"a", "b", "c"}


def test_problems_are_written(one, tmp_path):
    """A drawn problem goes to a file and comes back, and never over a file that is there."""
    exact = one("solve", "torus:4x5:2", "--exact", "--json").succeeds().json
    assert exact["energyPerSpin"] == exact["energy"] / 20
    for name in ("t.rud", "t.mtx", "t.coo", "t.json"):
        one("solve", "torus:4x5:2", "--write-problem", tmp_path / name, "--time", 0).succeeds()
        assert one("solve", tmp_path / name, "--exact", "--json").succeeds().json["energy"] == exact["energy"]
        one("solve", "torus:4x5:2", "--write-problem", tmp_path / name, "--time", 0).ends(DISK, "is there already")
    one("solve", "torus:4x5", "--write-problem", tmp_path / "t.png").ends(USAGE, ".rud")
    assert "energy per spin" in one("solve", "torus:4x5", *SEARCH).succeeds().stdout


def test_narrow_problems_are_proven(one, tmp_path):
    """A ferromagnetic chain of 500 spins has two ground states; what is too wide is refused with its width."""
    (tmp_path / "chain.coo").write_text("".join(f"{spin} {spin + 1} 1\n" for spin in range(499)))
    found = one("solve", tmp_path / "chain.coo", "--exact", "--json").succeeds().json
    assert found["energy"] == -499
    assert found["exact"] == {"groundStates": 2, "log2GroundStates": 1, "width": 1}
    assert "tree decomposition of width 1" in one("solve", tmp_path / "chain.coo", "--exact").succeeds().stdout
    one("solve", "sk:60", "--exact").refuses("width 20")


def test_few_numbers_are_divided_by_trial(one, tmp_path):
    numbers = [318030, 838084, 740511, 871438, 528744, 589498, 542898, 532003, 683058, 645722, 616505, 426425, 326993, 766436]
    (tmp_path / "n.numbers").write_text("\n".join(map(str, numbers)))
    for limit in ([], ["--time", 1]):
        found = one("solve", tmp_path / "n.numbers", *limit, "--json").succeeds().json
        assert (found["difference"], found["energy"], found["exact"]["states"]) == (251, 251**2, 2**14)
    assert "exact" not in one("solve", tmp_path / "n.numbers", *SEARCH, "--json").succeeds().json
    (tmp_path / "great.numbers").write_text("9007199254740992 9007199254740991 1\n")
    great = one("solve", tmp_path / "great.numbers", "--reads", 4, "--steps", 100, "--json").succeeds().json
    assert (great["difference"], great["energy"]) == (0, 0)


def test_states_as_they_are(one, tmp_path):
    """`--time 0` answers with the best of the given states; reads take several in turn."""
    (tmp_path / "f.coo").write_text(FIELDS)
    (tmp_path / "up").write_text("1\n" * 5)
    up = one("solve", tmp_path / "f.coo", "--initial", tmp_path / "up", "--time", 0, "--json").succeeds().json
    assert up["energy"] == -0.25 - 1 + 1 - 1 + 1 - 1 and up["spins"] == [1] * 5
    (tmp_path / "both").write_text("-1 -1 -1 -1 -1\n1 1 1 1 1\n")
    for files in (["--initial", tmp_path / "both"], ["--initial", tmp_path / "both", "--initial", tmp_path / "up"]):
        found = one("solve", tmp_path / "f.coo", *files, "--time", 0, "--json").succeeds().json
        assert found["energy"] == up["energy"]
    # Without a sweep each read ends where it begins.
    reads = one(
        "solve", tmp_path / "f.coo", "--machine", "gibbs", "--initial", tmp_path / "both", "--reads", 6, "--steps", 0, "--json"
    )
    assert [sample["occurrences"] for sample in reads.succeeds().json["samples"]] == [3, 3]
    amplitudes = ("--machine", "sb-discrete", "--reads", 6, "--steps", 1, "--json")
    one("solve", tmp_path / "f.coo", "--initial", tmp_path / "both", *amplitudes).succeeds()


def test_communities_are_connected(one, tmp_path):
    """Vertices without edges are communities of their own."""
    nodes = "".join(f" node [ id {number} ]\n" for number in range(7))
    pairs = [(0, 1), (1, 2), (0, 2), (3, 4)]
    edges = "".join(f" edge [ source {a} target {b} ]\n" for a, b in pairs)
    (tmp_path / "i.gml").write_text(f"graph [\n{nodes}{edges}]\n")
    found = one("solve", tmp_path / "i.gml", "--time", 0.3, "--json").succeeds().json
    assert found["communities"] == [0, 0, 0, 1, 1, 2, 3]
    few = one("solve", tmp_path / "i.gml", "--communities", 2, "--time", 0.3, "--json").succeeds().json
    assert few["communityCount"] == 2


def test_chips_of_ones_own(one, tmp_path):
    """A problem on the chip's own couplers lies there at once; embeddings are kept."""
    (tmp_path / "chip.edges").write_text("10 11\n11 12\n12 13\n13 10\n")
    (tmp_path / "ring.rud").write_text("4 4\n1 2 1\n2 3 1\n3 4 1\n4 1 1\n")
    options = ("--hardware", tmp_path / "chip.edges", "--reads", 8, "--steps", 50, "--json")
    chains = tmp_path / "chains.json"
    found = one("solve", tmp_path / "ring.rud", *options, "--save-embedding", chains).succeeds().json
    assert found["cut"] == 4 and found["chip"]["spins"] == 4
    assert sorted(spin for chain in json.loads(chains.read_text()).values() for spin in chain) == [10, 11, 12, 13]
    assert one("solve", tmp_path / "ring.rud", *options, "--embedding", chains).succeeds().json["cut"] == 4
    (tmp_path / "missing").write_text("11 12\n")
    one("solve", tmp_path / "ring.rud", *options, "--embedding", chains, "--missing", tmp_path / "missing").refuses("no coupler")
    one("solve", tmp_path / "ring.rud", "--missing", tmp_path / "missing").ends(USAGE, "--missing needs --hardware")


@pytest.mark.parametrize("option", ["--output", "--plot", "--trace", "--report"])
def test_results_through_pipes_and_links(one, tmp_path, option):
    (tmp_path / "ring.rud").write_text(RING)
    os.mkfifo(tmp_path / "pipe")
    # Into a file: what nobody took from a pipe would hold up the reader, and with it the program.
    with subprocess.Popen(["cp", tmp_path / "pipe", tmp_path / "copy"]) as reader:
        one("solve", tmp_path / "ring.rud", *SEARCH, option, tmp_path / "pipe").succeeds()
        assert reader.wait(timeout=20) == 0
    assert (tmp_path / "copy").read_text()
    assert (tmp_path / "pipe").is_fifo()
    (tmp_path / "link").symlink_to("target")
    one("solve", tmp_path / "ring.rud", *SEARCH, option, tmp_path / "link").succeeds()
    assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_text()
    (tmp_path / "again").symlink_to("ring.rud")
    one("solve", tmp_path / "ring.rud", *SEARCH, option, tmp_path / "again").ends(DISK, "is read by this command")
    assert (tmp_path / "ring.rud").read_text() == RING


@pytest.mark.skipif(sys.platform != "linux", reason="a device that is always full")
def test_full_standard_output(program, tmp_path):
    (tmp_path / "ring.rud").write_text(RING)
    words = [program, "solve", tmp_path / "ring.rud", *SEARCH, "--json"]
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(word) for word in words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == DISK and "standard output" in done.stderr

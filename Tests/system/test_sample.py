"""`equilibria sample` from outside: what is printed and written, ranks, interruptions, bad input."""

import csv
import itertools
import json
import math
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from jobs import DISK, STOPPED, USAGE

NOT_CONVERGED = 77
TORUS = ["torus:6x6", "--temperatures", "0.5:2:6", "--rounds", 8]
# What depends on the clock or the number of ranks.
CLOCK = ("seconds", "spinUpdatesPerSecond", "ranks", "grid")


def figures(answer: dict) -> dict:
    return {key: value for key, value in answer.items() if key not in CLOCK}


@pytest.fixture
def sample(job):
    """sample(RANKS, ARGUMENT…): the JSON of a run; on one rank without a launcher."""
    return lambda ranks, *arguments: job(None if ranks == 1 else ranks, "sample", *arguments, "--json").succeeds().json


@pytest.fixture
def pair(tmp_path) -> Path:
    """Two spins with fields."""
    path = tmp_path / "pair.coo"
    path.write_text("0 1 -1.5\n0 0 0.3\n1 1 0.7\n")
    return path


def test_two_spins(sample, pair):
    found = sample(1, pair, "--temperature", 1.25, "--seed", 4)
    states = list(itertools.product((-1, 1), repeat=2))
    energies = [1.5 * a * b - 0.3 * a - 0.7 * b for a, b in states]
    weights = [math.exp(-energy / 1.25) for energy in energies]
    exact = sum(e * w for e, w in zip(energies, weights, strict=True)) / sum(weights)
    (row,) = found["temperatures"]
    assert abs(row["energy"] - exact) < 4 * row["energyError"]
    assert found["converged"]
    assert found["warnings"] == []


def test_text(one):
    one("sample", *TORUS, "--free-energy", "--rounds", 10).succeeds("36 spins", "ln Z", "entropy", "converged", "round trips")


@pytest.mark.parametrize("ranks", [2, 3, 4, 8])
def test_ranks(sample, ranks):
    arguments = (*TORUS, "--chains", 20, "--free-energy")
    one, shared = sample(1, *arguments), sample(ranks, *arguments)
    assert shared["ranks"] == ranks
    assert figures(shared) == figures(one)


@pytest.mark.parametrize(("ranks", "spread"), [(2, "spins"), (3, "spins"), (4, "spins"), (8, "spins"), (4, "2x2"), (8, "2x4")])
def test_spread(sample, ranks, spread):
    arguments = (*TORUS, "--chains", 12, "--free-energy")
    one, shared = sample(1, *arguments), sample(ranks, *arguments, "--spread", spread)
    assert shared["grid"] == ([1, ranks] if spread == "spins" else [int(extent) for extent in spread.split("x")])
    assert figures(shared) == figures(one)


# Megabytes of data that a rank may have: the whole torus takes several times as many.
TORUS_LIMIT = 220


@pytest.mark.parametrize("spread", ["spins", "auto"])
def test_problem_that_no_rank_can_hold(job, program, spread):
    limited = ["prlimit", f"--data={TORUS_LIMIT}000000", program]
    run = ("sample", "torus:1000x1000", "--temperature", 1, "--chains", 2, "--sweeps", 1)
    found = job(4, *run, "--spread", spread, command=limited).succeeds()
    assert "(1 blocks of chains, 4 parts of the spins)" in found.stdout
    job(4, *run, "--spread", "spins", "--marginals", "m.npz", command=limited).refuses("available to a rank")


def test_edges_in_parts(job, one, program, tmp_path):
    """A ladder of which no rank holds all edges, in blocks of chains: the table is that of one rank that has them all."""
    count = 400_000
    edges = [(vertex, vertex + step) for vertex in range(1, count) for step in (1, 2) if vertex + step <= count]
    path = tmp_path / "ladder.rud"
    path.write_text(f"{count} {len(edges)}\n" + "".join(f"{a} {b} {1 + a % 3}\n" for a, b in edges))
    run = ("sample", path, "--temperature", 2, "--chains", 4, "--sweeps", 2)
    whole = one(*run).succeeds().stdout.splitlines()
    parts = job(4, *run, "--spread", "2x2", command=["prlimit", "--data=180000000", program]).succeeds().stdout.splitlines()
    assert "(2 blocks of chains, 2 parts of the spins)" in parts[1]
    assert parts[2:] == whole[2:]


@pytest.fixture
def magnet(tmp_path) -> Path:
    """A square ferromagnet of 8 × 8 spins."""
    path = tmp_path / "magnet.coo"
    bonds = [(8 * i + j, other) for i in range(8) for j in range(8) for other in (8 * i + (j + 1) % 8, (8 * i + 8 + j) % 64)]
    path.write_text("".join(f"{min(bond)} {max(bond)} -1\n" for bond in bonds))
    return path


def test_moves(sample, job, magnet):
    found = sample(1, magnet, "--temperature", 2.269185, "--moves", "gibbs,wolff")
    assert found["moves"] == ["gibbs", "wolff"]
    (row,) = found["temperatures"]
    # Kaufman (1949).
    assert abs(row["energy"] + 64 * 1.4915891) < 4 * row["energyError"]
    glass = ("torus:6x6", "--temperatures", "0.5:2:6", "--moves", "icm,gibbs", "--rounds", 7, "--chains", 8)
    assert figures(sample(2, *glass)) == figures(sample(1, *glass))
    job(None, "sample", "torus:6x6", "--temperature", 1, "--moves", "gibbs,wolff").refuses("frustrated", "--moves gibbs")
    job(2, "sample", *glass, "--spread", "spins").refuses("all spins", "--spread replicas")


def test_until(sample, job, tmp_path):
    arguments = ("torus:6x6", "--temperatures", "0.8:3:6", "--chains", 16)
    found = sample(2, *arguments, "--until", "energy:2e-3")
    assert found["reproducible"]
    assert all(row["energyError"] <= 2e-3 * 36 for row in found["temperatures"])
    assert figures(sample(1, *arguments, "--rounds", found["rounds"])) == figures(found)
    # It ends where it was, in a folder too.
    folder = ("--run-dir", tmp_path / "run", "--resume")
    assert figures(sample(1, *arguments, "--until", "energy:2e-3", *folder)) == figures(found)
    assert figures(sample(1, *arguments, "--until", "energy:2e-3", *folder)) == figures(found)
    assert not sample(1, *arguments, "--time", 0.5)["reproducible"]
    # A stricter goal goes on from there, on another number of ranks.
    strict = sample(2, *arguments, "--until", "energy:1e-3", *folder)
    assert strict["rounds"] > found["rounds"]
    assert figures(sample(1, *arguments, "--rounds", strict["rounds"])) == figures(strict)


def test_planted(sample, job):
    arguments = ("planted:6x6x6:0.8:3", "--temperature", 2 / math.log(4), "--moves", "gibbs", "--chains", 32)
    planted, random = sample(1, *arguments, "--initial", "planted"), sample(1, *arguments)
    (one,), (other,) = planted["temperatures"], random["temperatures"]
    assert abs(one["energy"] - other["energy"]) < 4 * math.hypot(one["energyError"], other["energyError"])
    job(None, "sample", "torus:4x4", "--temperature", 1, "--initial", "planted").refuses("no planted state", "planted:ROWS")
    job(None, "sample", "planted:4x4", "--temperature", 1).refuses("planted:4x4", "SHARE")


def test_population(sample, job, tmp_path):
    arguments = ("torus:6x6", "--temperatures", "1,2", "--method", "population", "--population", 128)
    one = sample(1, *arguments)
    assert (one["method"], one["population"], one["chains"]) == ("population", 128, 16)
    assert "rounds" not in one
    # By transfer matrix.
    assert abs(one["temperatures"][0]["logZ"] - 54.5341500) < 4 * one["temperatures"][0]["logZError"]
    assert one["temperatures"][0]["familySize"] >= 1
    assert figures(sample(3, *arguments)) == figures(one)
    job(None, "sample", *arguments).succeeds("16 populations of 128 replicas", "families")
    visited = 36 * 128 * 16
    assert one["spinUpdates"] == visited * one["sweeps"]
    folder = ("--run-dir", tmp_path / "run", "--resume")
    assert figures(sample(2, *arguments, *folder)) == figures(one)
    # What is finished is told again.
    assert figures(sample(1, *arguments, *folder)) == figures(one)
    job(None, "sample", *arguments, "--seed", 9, *folder).refuses("another seed", "now 9, then 1")
    job(None, "sample", *TORUS, *folder).refuses("another method")


@pytest.mark.parametrize("kernels", ["AVX2", "baseline"])
def test_instruction_sets(job, kernels):
    for problem in ("torus:6x6", "sk:12"):
        arguments = ["sample", problem, "--temperatures", "0.5:2:4", "--rounds", 6, "--json"]
        one = job(None, *arguments).succeeds().json
        other = job(None, *arguments, env={"EQUILIBRIA_KERNELS": kernels})
        if other.status != 0:
            pytest.skip(f"this processor does not run {kernels}")
        assert figures(other.json) == figures(one)


def bits(states: np.ndarray, count: int) -> np.ndarray:
    return 2 * np.unpackbits(states, axis=-1, count=count, bitorder="little").astype(int) - 1


def test_marginals(sample, one, job, pair, tmp_path):
    """All forms hold the same numbers, on any number of ranks; they are those of the two spins."""
    arguments = ("sample", pair, "--temperatures", "1.25,2", "--chains", 64)
    files = [tmp_path / f"marginals.{form}" for form in ("npz", "safetensors", "csv", "json")]
    for ranks, file in enumerate(files, start=1):
        job(ranks, *arguments, "--marginals", file).succeeds()
    archive, tensors, text = np.load(files[0]), load_file(files[1]), json.loads(files[3].read_text())
    for name in ("mean", "meanError", "pairs", "correlation", "correlationError", "temperatures"):
        assert np.array_equal(archive[name], tensors[name])
        assert np.array_equal(archive[name], text[name])
    with files[2].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["j"] for row in rows] == ["", "", "1"] * 2
    assert [float(row["mean"]) for row in rows if not row["j"]] == archive["mean"].ravel().tolist()
    states = list(itertools.product((-1, 1), repeat=2))
    for index, temperature in enumerate(archive["temperatures"]):
        weights = np.array([math.exp(-(1.5 * a * b - 0.3 * a - 0.7 * b) / temperature) for a, b in states])
        weights /= weights.sum()
        exact = [*(weights @ np.array(states)), weights @ np.array([a * b for a, b in states])]
        found = [*archive["mean"][index], *archive["correlation"][index]]
        errors = [*archive["meanError"][index], *archive["correlationError"][index]]
        assert np.all(np.abs(np.subtract(found, exact)) < 4.5 * np.array(errors))
    answer = sample(1, *arguments[1:], "--marginals", files[3])
    assert answer["marginals"] == text
    assert "marginals" not in sample(1, *arguments[1:])
    (tmp_path / "pairs").write_text("1 0\n")
    one(*arguments, "--marginals", files[0], "--correlations", tmp_path / "pairs").succeeds()
    assert np.array_equal(np.load(files[0])["correlation"], tensors["correlation"])
    assert np.load(files[0])["pairs"].tolist() == [[1, 0]]
    for content, word in [("0 2\n", "spin 2"), ("1 1\n", "twice"), ("0\n", "a spin")]:
        (tmp_path / "pairs").write_text(content)
        one(*arguments, "--marginals", files[0], "--correlations", tmp_path / "pairs").refuses(":1:", word)


def test_box(sample, one, tmp_path):
    """Two coupled amplitudes: ⟨E⟩ by the series of their integrals, states in all forms, ranks."""
    (tmp_path / "two.coo").write_text("0 1 -1\n")
    arguments = ("sample", tmp_path / "two.coo", "--temperature", 1, "--spins", "box", "--chains", 64)
    files = [tmp_path / f"states.{form}" for form in ("npz", "safetensors", "csv")]
    for file in files:
        one(*arguments, "--samples", 640, "--output", file).succeeds("amplitudes in [-1, 1]")
    answer = sample(1, *arguments[1:])
    assert answer["spins"] == "box"
    (row,) = answer["temperatures"]
    assert abs(row["energy"] + 0.1115632) < 4 * row["energyError"]
    assert figures(sample(3, *arguments[1:])) == figures(answer)
    assert figures(sample(2, *arguments[1:], "--spread", "spins")) == figures(answer)
    archive = np.load(files[0])
    assert archive["amplitudes"].shape == (1, 64, 10, 2)
    # Weights are couplings, of which −1 favours unequal signs.
    assert np.allclose(archive["energy"], archive["amplitudes"].prod(axis=-1), atol=1e-6)
    assert np.array_equal(archive["amplitudes"], load_file(files[1])["amplitudes"])
    with files[2].open(newline="") as file:
        states = [[float(number) for number in row["state"].split()] for row in csv.DictReader(file)]
    assert np.array_equal(np.array(states, dtype=np.float32), archive["amplitudes"].reshape(-1, 2))
    (tmp_path / "two.qubo").write_text("p qubo 0 2 2 1\n0 0 1\n1 1 -2\n0 1 3\n")
    one("sample", tmp_path / "two.qubo", "--temperature", 1, "--spins", "box").refuses("0 or 1", "--spins ising")


def test_temperature_unit(sample, tmp_path):
    (tmp_path / "two.coo").write_text("0 1 -3\n")
    (row,) = sample(1, tmp_path / "two.coo", "--temperature", 0.5, "--temperature-unit", "field")["temperatures"]
    assert row["temperature"] == pytest.approx(1.5)
    assert abs(row["energy"] + 3 * math.tanh(2)) < 4 * row["energyError"]


def test_states(one, pair, tmp_path):
    """All forms hold the same states, with the energies that they have."""
    files = [tmp_path / f"states.{form}" for form in ("npz", "safetensors", "csv")]
    for file in files:
        one("sample", pair, "--temperatures", "1,2", "--rounds", 7, "--samples", 50, "--output", file).succeeds()
    archive, tensors = np.load(files[0]), load_file(files[1])
    assert archive["temperatures"].tolist() == [1, 2]
    spins = bits(archive["spins"], 2)
    assert spins.shape[0] == 2
    assert spins.shape[1] * spins.shape[2] >= 50
    a, b = spins[..., 0], spins[..., 1]
    assert np.allclose(archive["energy"], 1.5 * a * b - 0.3 * a - 0.7 * b, atol=1e-6)
    for name in ("spins", "energy", "temperatures"):
        assert np.array_equal(archive[name], tensors[name])
    with files[2].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == spins[..., 0].size
    assert ["".join("+" if spin > 0 else "-" for spin in state) for state in spins.reshape(-1, 2)] == [
        row["state"] for row in rows
    ]


def test_clamped(sample, pair, tmp_path):
    (tmp_path / "clamp").write_text("1 1\n")
    (row,) = sample(1, pair, "--temperature", 1, "--clamp", tmp_path / "clamp")["temperatures"]
    # One spin in a field of 0.3 − 1.5.
    exact = -0.7 - 1.2 * math.tanh(1.2)
    assert abs(row["energy"] - exact) < 4 * row["energyError"]


def test_require_converged(one):
    one("sample", "torus:16x16", "--temperature", "0.3", "--rounds", 4, "--require-converged").ends(NOT_CONVERGED)
    one("sample", "torus:6x6", "--temperature", 3, "--require-converged").succeeds("converged")


LONG = ["sample", "torus:32x32", "--temperatures", "0.5:2:8", "--chains", 64, "--rounds", 15, "--json"]
POPULATIONS = [
    *(
        "sample",
        "torus:64x64",
        "--temperatures",
        "0.3:2:8",
        "--method",
        "population",
        "--population",
        64,
        "--sweeps",
        100,
        "--json",
    )
]


@pytest.mark.seconds(20)
@pytest.mark.parametrize(("arguments", "ranks", "later"), [(LONG, 1, 2), (LONG, 3, 1), (POPULATIONS, 1, 3), (POPULATIONS, 2, 1)])
def test_interrupted(start, job, tmp_path, arguments, ranks, later):
    """It ends with a checkpoint, and goes on from it on another number of ranks to the same bits."""
    folder = tmp_path / "run"
    with start(None if ranks == 1 else ranks, *arguments, "--run-dir", folder) as running:
        deadline = time.monotonic() + 60
        while not folder.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        running.signal(signal.SIGTERM)
        running.wait().ends(STOPPED)
    assert (folder / "checkpoint.safetensors").exists()
    assert not (folder / "result.json").exists()
    job(None, *arguments, "--run-dir", folder).refuses(str(folder), "--resume")
    job(None, *arguments, "--run-dir", folder, "--resume", "--seed", 2).refuses("another seed", "now 2, then 1")
    resumed = job(None if later == 1 else later, *arguments, "--run-dir", folder, "--resume").succeeds().json
    whole = job(2, *arguments).succeeds().json
    assert figures(resumed) == figures(whole)
    assert figures(json.loads((folder / "result.json").read_text())) == figures(whole)


# Options, and words of the message.
WRONG = [
    ([], "--temperature T"),
    (["--temperature", "0"], "above 0"),
    (["--temperature=-1"], "above 0"),
    (["--temperature", "nan"], "above 0"),
    (["--temperature", "1", "--temperatures", "1:2"], "one of them"),
    (["--temperatures", "1:2:x"], "--temperatures"),
    (["--temperatures", "2:2"], "two temperatures"),
    (["--temperatures", "1:2:1"], "2 or more"),
    (["--temperatures", "1,3,2"], "in order"),
    (["--temperatures", "1,1"], "twice"),
    (["--temperature", "1", "--chains", "0"], "chains is 0"),
    (["--temperature", "1", "--rounds", "50"], "rounds is 50"),
    (["--temperature", "1", "--sweeps", "0"], "sweeps is 0"),
    (["--temperature", "1", "--every", "0"], "every 0"),
    (["--temperature", "1", "--samples", "5"], "--output"),
    (["--temperature", "1", "--output", "states.txt"], ".npz"),
    (["--temperature", "1", "--resume"], "--run-dir"),
    (["--temperature", "1", "--checkpoint-every", "0"], "minutes"),
    (["--temperature", "1", "--exchange-every", "4"], "--exchange-every"),
    (["--temperature", "1", "--moves", "icm"], "--moves"),
    (["--temperature", "1", "--moves", "gibbs,swendsen"], "--moves"),
    (["--temperature", "1", "--moves", "gibbs,icm", "--chains", "6"], "multiple of 4"),
    (["--temperature", "1", "--spread", "2x"], "--spread"),
    (["--temperature", "1", "--population", "100"], "--method population"),
    (["--temperature", "1", "--method", "population", "--burn-in", "100"], "burn-in"),
    (["--temperature", "1", "--method", "population", "--rounds", "8"], "--rounds with --method population"),
    (["--temperature", "1", "--method", "population", "--every", "8"], "--every with --method population"),
    (["--temperature", "1", "--method", "population", "--free-energy"], "--free-energy with --method population"),
    (["--temperature", "1", "--method", "population", "--chains", "65537"], "at most 65536"),
    (["--temperature", "1", "--method", "annealing"], "--method"),
    (["--temperature", "1", "--until", "rhat"], "--until"),
    (["--temperature", "1", "--until", "converged", "--chains", "1"], "4 chains or more"),
    (["--temperature", "1", "--time", "0"], "more than 0"),
    (["--temperature", "1", "--time", "5", "--sweeps", "100"], "leave out sweeps"),
    (["--temperature", "1", "--temperature-unit", "kelvin"], "--temperature-unit"),
    (["--temperature", "1", "--spins", "sphere"], "--spins"),
    (["--temperature", "1", "--stiffness", "1"], "--spins box"),
    (["--temperature", "1", "--spins", "box", "--stiffness=-1"], "stiffness of -1"),
    (["--temperature", "1", "--spins", "box", "--moves", "gibbs,icm"], "--moves"),
    (["--temperature", "1", "--marginals", "marginals.txt"], ".json"),
    (["--temperature", "1", "--correlations", "all"], "--marginals"),
]


@pytest.mark.parametrize(("options", "word"), WRONG, ids=lambda value: "-".join(value) if isinstance(value, list) else None)
def test_wrong_options(one, options, word):
    one("sample", "torus:4x4", *options).ends(USAGE, word)


# Lines of a file of clamped spins, and words of the message.
CLAMPS = {
    "out-of-range": ("2 1\n", [":1:", "spin 2", "0 to 1"]),
    "no-state": ("0 3\n", [":1:", "state 3"]),
    "contradiction": ("0 1\n0 -1\n", [":2:", "spin 0"]),
    "all": ("0 1\n1 1\n", ["all 2 spins"]),
    "no-number": ("x 1\n", [":1:", "`x`"]),
}


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("case", CLAMPS)
def test_wrong_clamps(job, pair, tmp_path, case, ranks):
    content, words = CLAMPS[case]
    (tmp_path / "clamp").write_text(content)
    job(ranks, "sample", pair, "--temperature", 1, "--clamp", tmp_path / "clamp").refuses(*words)


@pytest.mark.parametrize(
    ("ranks", "spread", "words"),
    [
        (4, "replicas", ["4 ranks", "4 chains", "--chains 8"]),
        (4, "2x3", ["2x3", "6 ranks", "are 4"]),
        (4, "4x1", ["4 ranks", "4 chains"]),
        (8, "spins", ["8 ranks", "2 spins"]),
        (8, "auto", ["8 ranks", "4 chains", "2 spins"]),
        (1, "2x4", ["2x4", "8 ranks", "there is 1"]),
    ],
)
def test_more_ranks_than_there_is_work(job, pair, tmp_path, ranks, spread, words):
    """It is known before a folder is made."""
    folder = tmp_path / "run"
    job(
        None if ranks == 1 else ranks, "sample", pair, "--temperature", 1, "--chains", 4, "--spread", spread, "--run-dir", folder
    ).refuses(*words)
    assert not folder.exists()


def test_what_cannot_be(one, pair, tmp_path):
    one("sample", "torus:1000x1000", "--temperature", 1, "--chains", 1000000).refuses("fewer chains")
    one("sample", pair, "--temperature", 1, "--output", tmp_path / "none/states.npz").refuses("cannot be written", status=DISK)
    (tmp_path / "run").mkdir()
    (tmp_path / "run/checkpoint.safetensors").write_text("nothing")
    one("sample", pair, "--temperature", 1, "--run-dir", tmp_path / "run", "--resume").refuses("checkpoint.safetensors")


def test_communities_have_no_temperature(one, tmp_path):
    path = tmp_path / "ring.gml"
    path.write_text("graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 ] ]")
    one("sample", path, "--temperature", 1).refuses("communities", "--problem maxcut")

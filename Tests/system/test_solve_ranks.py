"""`equilibria solve` on many ranks, which share the reads or the spins: the same answer as on one."""

import gzip

import pytest

# Shared reads.
SK = ["sk:60:1", "--reads", 12, "--steps", 60, "--seed", 5]

EVERY = (2, 3, 4, 8)
AMPLITUDES = ["cim-cac", "cim-ahc", "cim-adam", "conjugate", "sb-adiabatic", "sb-ballistic", "sb-discrete", "oscillator"]
# Problem, machine, and numbers of ranks that share its spins in the short form. A machine of amplitudes and one of flips show
# every number, also where all spins are coupled; the others differ in their rules.
SPREAD = [
    ("torus:9x12:3", "cim", EVERY),
    ("torus:9x12:3", "gibbs", EVERY),
    *(("torus:9x12:3", machine, (3,)) for machine in [*AMPLITUDES, "langevin", "anneal"]),
    ("sk:70:2", "cim-cac", EVERY),
    ("sk:70:2", "sb-ballistic", (4,)),
    ("dense:130", "cim", (8,)),
    ("dense:130", "sb-discrete", (2,)),
    # Samplers of densely coupled spins exchange after each of them.
    ("sk:24:2", "anneal", EVERY),
    ("dense:20", "gibbs", (3,)),
]
CASES = [
    pytest.param(problem, machine, ranks, id=f"{problem}-{machine}-{ranks}", marks=[] if ranks in short else pytest.mark.all)
    for problem, machine, short in SPREAD
    for ranks in EVERY
]


@pytest.fixture(scope="module")
def solve(job):
    return lambda ranks, *arguments: job(None if ranks == 1 else ranks, "solve", *arguments, "--json").succeeds().json


@pytest.fixture(scope="module")
def on_one_rank(solve):
    """A search on one rank, which is made once in a process."""
    found = {}

    def on_one_rank(*arguments):
        if arguments not in found:
            found[arguments] = solve(1, *arguments)
        return found[arguments]

    return on_one_rank


@pytest.mark.parametrize("ranks", EVERY)
def test_shared_reads(solve, on_one_rank, ranks):
    one, shared = on_one_rank(*SK), solve(ranks, *SK)
    assert (shared["ranks"], shared["reads"], one["reads"]) == (ranks, 12, 12)
    assert (shared["samples"], shared["spins"]) == (one["samples"], one["spins"])


@pytest.mark.parametrize(("problem", "machine", "ranks"), CASES)
def test_shared_spins(solve, on_one_rank, problem, machine, ranks):
    search = (problem, "--machine", machine, "--reads", 2, "--steps", 20, "--seed", 4, "--spread", "spins")
    one, shared = on_one_rank(*search), solve(ranks, *search)
    assert (shared["ranks"], shared["spread"]) == (ranks, "spins")
    for key in ("samples", "spins", "energy"):
        assert shared[key] == one[key], key


@pytest.fixture(scope="module")
def cycle(tmp_path_factory):
    path = tmp_path_factory.mktemp("cycle") / "cycle.rud"
    path.write_text("5 5\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n5 1 1\n")
    return path


def test_shared_spins_and_a_time_of_zero(solve, cycle):
    assert len(solve(2, cycle, "--spread", "spins", "--time", 0)["spins"]) == 5


@pytest.mark.parametrize("search", [["torus:30x30", "--spread", "spins"], ["sk:200"]], ids=["shared-spins", "shared-reads"])
def test_target_ends_all_ranks(solve, search):
    found = solve(2, *search, "--time", 30, "--target", 0)
    assert found["energy"] <= 0
    assert found["seconds"] < 20


def test_shared_spins_and_a_time_limit(solve):
    found = solve(3, "torus:30x30", "--spread", "spins", "--time", 1)
    assert 0.5 < found["seconds"] < 10
    assert found["energy"] < -1100


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_exchange_every_four_steps(solve, ranks):
    found = solve(ranks, "torus:20x20:3", "--machine", "cim", "--reads", 2, "--steps", 200, "--exchange-every", 4)
    assert found["spread"] == ("spins" if ranks > 1 else "replicas")
    assert found["energy"] < -400


def test_one_read_of_many_spins_is_spread_by_itself(solve):
    found = solve(2, "torus:200x200", "--machine", "sb-ballistic", "--reads", 1, "--steps", 20)
    assert found["spread"] == "spins"
    assert "1 read" in found["spreadReason"]
    assert "2 ranks" in found["spreadReason"]


def test_one_read_of_few_spins_is_not(solve):
    found = solve(2, "sk:100", "--machine", "sb-ballistic", "--reads", 1, "--steps", 20)
    assert found["spread"] == "replicas"
    assert "too few" in found["spreadReason"]


def test_more_ranks_than_spins_to_share(job, cycle):
    job(8, "solve", cycle, "--spread", "spins", "--time", 1).refuses("8 ranks", "5 spins")


@pytest.mark.parametrize("machine", ["gibbs", "anneal", "reverse-anneal"])
def test_stale_boundary_of_a_sampler(job, cycle, machine):
    arguments = ["--machine", machine, "--spread", "spins", "--exchange-every", 4, "--time", 1]
    job(2, "solve", cycle, *arguments).refuses("4 steps", machine, "every sweep")


def test_more_ranks_than_reads(solve, cycle):
    found = solve(8, cycle, "--reads", 2, "--steps", 50)
    assert (found["cut"], found["reads"]) == (4, 2)


# Problems of which a rank has a part, and megabytes of data that it may have: the whole problem takes several times as many.
PARTS = [("dense:4000", "sb-discrete", 100), ("torus:1000x1000", "anneal", 160)]


@pytest.mark.parametrize(("problem", "machine", "limit"), PARTS, ids=[problem for problem, _, _ in PARTS])
def test_problem_that_no_rank_can_hold(job, program, problem, machine, limit):
    search = ("solve", problem, "--machine", machine, "--reads", 1, "--steps", 2, "--samples", 0)
    command = ["prlimit", f"--data={limit}000000", program]
    found = job(4, *search, command=command).succeeds()
    assert "spins spread over the ranks: a rank's memory cannot hold all couplings" in found.stdout
    job(4, *search, "--spread", "replicas", command=command).refuses("available to a rank")


def test_edges_that_no_rank_can_hold(job, one, program, tmp_path):
    """A ladder of 10⁶ edges, whose numbers are shuffled within blocks: read in parts under a limit, and whole without one."""
    count = 400_000
    names = [1 + (vertex ^ 5) for vertex in range(count)]
    edges = [(vertex, vertex + step) for vertex in range(count) for step in (1, 2) if vertex + step < count]
    edges += [(vertex, vertex + 7) for vertex in range(0, count - 7, 2)]
    path = tmp_path / "ladder.rud"
    lines = (f"{names[a]} {names[b]} {1 + a % 3}\n" for a, b in edges)
    path.write_text(f"{max(names)} {len(edges)}\n{''.join(lines)}")
    search = ("solve", path, "--machine", "sb-ballistic", "--reads", 1, "--steps", 3, "--samples", 0)
    whole = one(*search).succeeds()
    parts = job(4, *search, command=["prlimit", "--data=120000000", program]).succeeds()
    assert "a rank's memory cannot hold all couplings" in parts.stdout
    assert parts.stdout.splitlines()[-1] == whole.stdout.splitlines()[-1]
    packed = tmp_path / "ladder.rud.gz"
    packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    parts = job(4, "solve", packed, *search[2:], command=["prlimit", "--data=120000000", program]).succeeds()
    assert "a rank's memory cannot hold all couplings" in parts.stdout
    assert parts.stdout.splitlines()[-1] == whole.stdout.splitlines()[-1]
    text = path.read_text().splitlines(keepends=True)
    text[600_000] = "1 1 1\n"
    path.write_text("".join(text))
    job(4, *search, command=["prlimit", "--data=120000000", program]).refuses(f"{path.name}:600001:", "edge 1 1")

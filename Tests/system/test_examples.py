"""The programs of Examples/, alone and on two ranks: their last line is the answer that is known."""

import re

import pytest

from jobs import ROOT

EXAMPLES = {path.parent.name for path in (ROOT / "Examples").glob("*/main.swift")}
PROGRAMS = ROOT / ".build/release"
# Of the images that example-own-images classifies after four epochs, in per cent: far above chance, which is 25.
ACCURACY = 95


def ring(line: str, ranks: int) -> bool:
    total = sum(range(ranks))
    return line == f"the token returned with {list(range(ranks))}, {total} in all; the ranks add up to {total}"


def max_cut(line: str, ranks: int) -> bool:
    # 11 × 15 vertices with two edges each, and one edge of each ring uncut.
    return line == f"cut {2 * 11 * 15 - 11 - 15} of {2 * 11 * 15} edges; the greatest cut is {2 * 11 * 15 - 11 - 15}"


def own_machine(line: str, ranks: int) -> bool:
    energies = re.fullmatch(r"lowest energy (-\d+); by enumeration of all states (-\d+)", line)
    return energies is not None and energies[1] == energies[2]


def own_images(line: str, ranks: int) -> bool:
    accuracy = re.fullmatch(r"epoch 4: loss [\d.e-]+, accuracy on new images ([\d.]+) %", line)
    return accuracy is not None and float(accuracy[1]) >= ACCURACY


def xor(line: str, ranks: int) -> bool:
    return line == "XOR of 00, 01, 10, 11: [0, 1, 1, 0]"


def ising_network(line: str, ranks: int) -> bool:
    return line == "8 of 8 images are told apart: [0, 0, 0, 0, 1, 1, 1, 1]"


def spin_glass(line: str, ranks: int) -> bool:
    return line == "4 of 4 energies lie within four errors of the exact ones"


CHECKS = {
    "MPIRing": ("example-mpi-ring", ring),
    "MaxCut": ("example-max-cut", max_cut),
    "OwnMachine": ("example-own-machine", own_machine),
    "OwnImages": ("example-own-images", own_images),
    "XOR": ("example-xor", xor),
    "SpinGlass": ("example-spin-glass", spin_glass),
    "IsingNetwork": ("example-ising-network", ising_network),
}
# What is printed without a time: the same text on any number of ranks.
SAME_ON_ANY_RANKS = ["OwnMachine", "OwnImages", "XOR", "SpinGlass", "IsingNetwork"]


def test_every_example_is_checked():
    assert set(CHECKS) == EXAMPLES


@pytest.mark.parametrize("ranks", [None, 2], ids=["alone", "two-ranks"])
@pytest.mark.parametrize("name", CHECKS)
def test_last_line(job, name, ranks):
    program, holds = CHECKS[name]
    result = job(ranks, command=[PROGRAMS / program]).succeeds()
    assert holds(result.stdout.splitlines()[-1], ranks or 1), result


@pytest.mark.parametrize("name", SAME_ON_ANY_RANKS)
def test_output_does_not_depend_on_the_ranks(job, name):
    command = [PROGRAMS / CHECKS[name][0]]
    assert job(3, command=command).succeeds().stdout == job(None, command=command).succeeds().stdout


def test_readme_names_every_example():
    page = (ROOT / "Examples/README.md").read_text()
    for name, (program, _) in CHECKS.items():
        assert f"({name}/main.swift)" in page
        assert f".build/release/{program}`" in page

"""A package of someone else's that uses the products: built outside this tree, its programs run on one rank and on two.

The examples are built there too: to another package, unlike to this one, only what is public exists."""

import re
import shutil
from pathlib import Path

import pytest

from jobs import ROOT

SOURCES = Path(__file__).with_name("package")
# Kept, so that a second run compiles the package's own programs alone.
BUILD = ROOT / ".build/outside"
EXAMPLES = sorted(path.parent.name for path in (ROOT / "Examples").glob("*/main.swift"))
pytestmark = [pytest.mark.seconds(150), pytest.mark.timeout(1200), pytest.mark.xdist_group("package")]


@pytest.fixture(scope="module")
def programs(job, tmp_path_factory) -> Path:
    """The folder of the built programs."""
    folder = tmp_path_factory.mktemp("outside") / "package"
    shutil.copytree(SOURCES, folder)
    for example in EXAMPLES:
        shutil.copytree(ROOT / "Examples" / example, folder / "Sources" / example)
    command = ["swift", "build", "-c", "release", "--package-path", folder, "--scratch-path", BUILD]
    job(None, command=command, cwd=folder, env={"EQUILIBRIA_PACKAGE": str(ROOT)}, timeout=1100).succeeds()
    return BUILD / "release"


def test_training_has_the_same_bits_on_two_ranks(job, programs):
    one, two = (job(ranks, command=[programs / "images"]).succeeds() for ranks in (1, 2))
    found = re.fullmatch(r"accuracy ([\d.]+) parameters \d+\n", one.stdout)
    # Guessing gives 0.5.
    assert found and float(found[1]) > 0.9, one
    assert two.stdout == one.stdout


@pytest.mark.parametrize("ranks", [1, 2])
def test_cut_over_ranks(job, programs, ranks):
    assert job(ranks, command=[programs / "cut"]).succeeds().stdout == f"cut {9 * 14} of {9 * 14}, ranks: {ranks}\n"


def test_examples_need_only_what_is_public(job, programs):
    for example in EXAMPLES:
        assert (programs / example).exists(), example
    assert "lowest energy" in job(2, command=[programs / "OwnMachine"]).succeeds().stdout

"""Swift suites on several ranks, and with other kernels than `swift test` takes. Nothing is built here: scripts/test does."""

import os
import re

import pytest

import swift_suites
from jobs import BUNDLE, Result

RANKS = [1, 2, 3, 4, 8]
# Those that train take minutes where ranks share cores.
LONG = {"LearningTests.AcrossRanks": 60, "ParallelTests.AcrossRanks": 15}


@pytest.fixture
def bundle(job, takes_all):
    """bundle(RANKS, FILTER): the suites that match, on every rank."""
    assert os.access(BUNDLE, os.X_OK), f"{BUNDLE} is missing: run scripts/test, or swift build --build-tests"
    # On more than four ranks suites of many cases take every fourth, unless told otherwise.
    everything = {"EQUILIBRIA_ALL_CASES": "1"} if takes_all else {}

    def bundle(ranks: int | None, pattern: str, **environment: str) -> Result:
        arguments = ["--testing-library", "swift-testing", "--filter", pattern]
        result = job(ranks, *arguments, command=[BUNDLE], env=everything | environment, timeout=850).succeeds()
        # A run that finds no test passes too, and would prove nothing. Ranks may write on one line.
        passed = re.findall(r"Test run with [1-9]\d* tests?[^.]* passed", result.text)
        assert len(passed) == (ranks or 1), result
        return result

    return bundle


def name(suite: str) -> str:
    return "^" + re.escape(suite) + r"(\.|/)"


def cases() -> list:
    return [
        pytest.param(suite, ranks, id=f"{suite}-{ranks}", marks=pytest.mark.seconds(LONG.get(suite, 1) * min(ranks, 3)))
        for suite in swift_suites.ACROSS_RANKS
        for ranks in RANKS
    ]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("suite", "ranks"), cases())
def test_across_ranks(bundle, suite, ranks):
    assert " skipped" not in bundle(ranks, name(suite)).text


@pytest.mark.parametrize("ranks", RANKS)
def test_mpi(bundle, ranks):
    bundle(ranks, name(swift_suites.MPI))


KERNELS = {
    "AVX2": {"EQUILIBRIA_KERNELS": "AVX2"},
    "baseline": {"EQUILIBRIA_KERNELS": "baseline"},
    "direct-convolution": {"EQUILIBRIA_WINOGRAD": "0"},
}


@pytest.mark.seconds(40)
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kernels", KERNELS)
def test_other_kernels(bundle, kernels):
    """Every instruction set that this processor has beside its fastest, and the direct convolution in the place of Winograd's."""
    bundle(None, "|".join(map(name, swift_suites.KERNELS)), **KERNELS[kernels])

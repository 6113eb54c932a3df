"""What ends a job under MPI cannot be tested inside one, so each scenario of the Swift suite is a run of its own: its exit
status and its output."""

import re
from typing import NamedTuple

import pytest

from jobs import BUNDLE, ERROR

# The suite whose tests run alone, each as a job.
SUITE = "MPITests.AcrossRanks/ScenarioTests"
# Every rank on a node of its own, as MPICH is told here.
APART = {"MPIR_CVAR_NOLOCAL": "1"}
# Another MPI's launcher, by the variables that it would set.
OPEN_MPI = {"OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "0"}
TROUBLE = "the scenario's own trouble"


class Scenario(NamedTuple):
    """A scenario ends with the status (any but 0 for None) and prints what the pattern matches so often."""

    name: str
    ranks: int
    status: int | None
    times: int
    pattern: str
    environment: dict[str, str] = {}  # noqa: RUF012


SCENARIOS = [
    Scenario("success", 3, 0, 3, "rank [0-2] on one of 1 nodes"),
    Scenario("example", 3, 0, 1, "3 ranks add up to 3 on "),
    Scenario("failing-test", 2, None, 1, r"failingTest\(\) recorded an issue"),
    Scenario("one-error", 3, ERROR, 1, f"Error on rank 2 of 3 .*{TROUBLE}"),
    Scenario("one-error", 1, ERROR, 1, f"^Error: {TROUBLE}"),
    # A job of one rank ends MPI, and is not taken for a crash.
    Scenario("one-error", 1, ERROR, 0, r"Abort\("),
    # Nor does MPICH add a line to the message of many.
    Scenario("one-error", 3, ERROR, 0, r"Abort\("),
    Scenario("all-errors", 2, 7, 0, r"Abort\(", APART),
    Scenario("all-errors", 4, 7, 1, f"Error on rank [0-3] of 4 .*{TROUBLE}"),
    Scenario("exit-code", 3, 3, 0, "Error on rank"),
    Scenario("deadline", 3, ERROR, 1, r"Error on rank [01] of 3 .*barrier on rank [01] of 3: not finished within 0\.2 seconds"),
    Scenario("dropped-request", 1, None, 1, "receive from rank 0 with tag 5 on rank 0 of 1 was dropped unfinished"),
    Scenario(
        "roll-call",
        4,
        ERROR,
        1,
        r"allgather on rank [023] of 4: not finished within 0\.2 seconds; no sign of life from \S+ \(rank 1\)",
    ),
    Scenario("full-roll-call", 4, 5, 0, "not finished"),
    Scenario("full-roll-call", 1, 5, 0, "not finished"),
    Scenario(
        "group-deadline",
        1,
        ERROR,
        1,
        r"receive from rank 0 with tag 5 on rank 0 of 1: not finished within 0\.05 seconds, as 1 of 2",
    ),
    # UCX stays out of it: no backtrace of its own.
    Scenario("dropped-request", 1, None, 0, "==== backtrace"),
    Scenario("dropped-by-error", 2, ERROR, 1, "Error on rank [01] of 2 .*send to rank 9 .*nvalid rank"),
    # Jobs over nodes end in another way, and still with the right status.
    Scenario("success", 2, 0, 2, "rank [01] on one of 2 nodes", APART),
    Scenario("exit-code", 2, 3, 0, "Error on rank", APART),
    Scenario("all-errors", 2, 7, 1, f"Error on rank [01] of 2 .*{TROUBLE}", APART),
    # Started by the launcher of another MPI every process is alone, and says so instead of running the program several times.
    Scenario("wrong-launcher", 1, ERROR, 1, "Error: initialize: Open MPI's mpirun started 4 processes", OPEN_MPI),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: f"{scenario.name}-{scenario.ranks}")
def test_end_of_a_job(job, scenario):
    arguments = ["--testing-library", "swift-testing", "--filter", SUITE]
    environment = {"MPI_TESTS_SCENARIO": scenario.name, **scenario.environment}
    result = job(scenario.ranks, *arguments, command=[BUNDLE], env=environment)
    assert result.status == scenario.status or (scenario.status is None and result.status), result
    # Ranks may write on one line, so occurrences count, not lines.
    assert len(re.findall(scenario.pattern, result.text, flags=re.MULTILINE)) == scenario.times, result

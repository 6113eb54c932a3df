"""Searches that are kept in a folder, and go on from it."""

import json
import signal
import time

import pytest

from jobs import STOPPED, USAGE

SEARCH = ["solve", "torus:40x40", "--reads", 600, "--sweeps", 1000, "--json"]


def found(answer: dict) -> dict:
    """What does not depend on the time that it took."""
    return {key: answer[key] for key in ("energy", "reads", "spins", "samples", "spinUpdates")}


@pytest.mark.parametrize(("ranks", "later"), [(1, 2), (2, 1), (2, 3)])
def test_interrupted_and_resumed(start, job, tmp_path, ranks, later):
    """It goes on on another number of ranks, and finds what a search without a folder finds."""
    folder = tmp_path / "run"
    with start(None if ranks == 1 else ranks, *SEARCH, "--run-dir", folder, "--checkpoint-every", 0.001) as running:
        running.waits_for(lambda: (folder / "checkpoint.safetensors").exists())
        running.signal(signal.SIGTERM)
        partial = running.wait().ends(STOPPED).json
    assert partial["interrupted"] and partial["reads"] < 600
    assert not (folder / "result.json").exists()
    job(None, *SEARCH, "--run-dir", folder).refuses(str(folder), "--resume")
    job(None, *SEARCH, "--run-dir", folder, "--resume", "--seed", 2).refuses("--seed was 1 and is 2 now")
    resumed = job(None if later == 1 else later, *SEARCH, "--run-dir", folder, "--resume").succeeds().json
    whole = job(2, *SEARCH).succeeds().json
    assert found(resumed) | {"spinUpdates": 0} == found(whole) | {"spinUpdates": 0}
    assert resumed["spinUpdates"] >= whole["spinUpdates"]
    assert found(json.loads((folder / "result.json").read_text())) == found(resumed)
    # Once more tells the result.
    assert found(job(None, *SEARCH, "--run-dir", folder, "--resume").succeeds().json) == found(resumed)


def test_result_of_a_search_that_goes_on(start, one, tmp_path):
    """The result of fewer reads is not there any more once it is not that of the search: a job script takes it for the end."""
    folder = tmp_path / "run"
    one(*SEARCH, "--reads", 20, "--run-dir", folder).succeeds()
    assert json.loads((folder / "result.json").read_text())["reads"] == 20
    with start(None, *SEARCH, "--run-dir", folder, "--resume") as running:
        running.waits_for(lambda: not (folder / "result.json").exists())
        running.signal(signal.SIGTERM)
        running.wait().ends(STOPPED)
    assert not (folder / "result.json").exists() and not (folder / "result.txt").exists()


# Options of a first start and of a second one.
CHANGES = [
    ("--machine cim", "--machine cim-cac"),
    ("--machine cim", "--machine cim --state-noise 0.1"),
    ("--machine cim", "--machine cim --state-bits 4"),
    ("--machine cim", "--machine cim --scale 2"),
    ("--sweeps 5", "--sweeps 6"),
    ("--sweeps 5", "--sweeps 5 --keep last"),
    ("--sweeps 5", "--sweeps 5 --schedule constant:1"),
    ("--reads 1", "--reads 4"),
    ("--time 0.1", "--time 0.2 --clock processor"),
]


@pytest.mark.parametrize(("first", "second"), CHANGES)
def test_other_options_are_refused(one, tmp_path, first, second):
    arguments = ["solve", "torus:8x8", "--run-dir", tmp_path / "run"]
    reads = [] if "--time" in first or "--reads" in first else ["--reads", 3]
    one(*arguments, *reads, *first.split()).succeeds()
    one(*arguments, *reads, *second.split(), "--resume").refuses("checkpoint.safetensors", " was ", " now")


def test_time_of_all_starts_counts(one, tmp_path):
    folder = tmp_path / "run"
    arguments = ["solve", "torus:20x20", "--json", "--run-dir", folder, "--resume"]
    first = one(*arguments, "--time", 0.5).succeeds().json
    before = time.monotonic()
    second = one(*arguments, "--time", 1).succeeds().json
    assert first["energy"] >= second["energy"]
    assert 1 <= second["seconds"] < 0.5 + time.monotonic() - before


def test_what_cannot_be_kept(one, tmp_path):
    folder = tmp_path / "run"
    one("solve", "torus:4x4", "--resume").ends(USAGE, "--run-dir")
    one("solve", "torus:4x4", "--run-dir", folder, "--reads", 4, "--time", 1).ends(USAGE, "--reads", "--time")
    one("solve", "torus:4x4", "--exact", "--run-dir", folder).ends(USAGE, "--exact", "--run-dir")
    ring = tmp_path / "ring.gml"
    ring.write_text("graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 ] ]")
    one("solve", ring, "--run-dir", folder).refuses("--run-dir", "communities")
    folder.mkdir(exist_ok=True)
    (folder / "checkpoint.safetensors").write_text("nothing")
    one("solve", "torus:4x4", "--reads", 2, "--run-dir", folder, "--resume").refuses("checkpoint.safetensors")

"""Boltzmann machines, as a user trains and evaluates them: the same bits on any number of ranks and after an interruption,
likelihoods by several methods, and one clear message for what cannot be."""

import shutil

import pytest

from jobs import CONFIGURATIONS
from runs import Moment, Run, same_run, settings

BOLTZMANN = CONFIGURATIONS / "boltzmann.yaml"
UNLABELLED = ["boltzmann.spinsPerClass=0"]

# Settings, and the accuracy that must be surpassed.
KINDS = {
    "persistent": ([], 0.6),
    "tempered": (["boltzmann.estimator=tempered", "boltzmann.temperatures=5"], 0.6),
    "contrastive": (["boltzmann.estimator=contrastive"], 0.6),
    "bilayer": (
        ["boltzmann.graph=bilayer:8:1,3", "boltzmann.data={warmUp: 3, samples: 3}", "learning.epochs=12"],
        0.5,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kind_learns_the_same_on_four_ranks(trained, kind):
    sets, least = KINDS[kind]
    one = trained(BOLTZMANN, *sets, ranks=1)
    assert one.test_accuracy > least
    assert "energyGap" in one.columns
    same_run(one, trained(BOLTZMANN, *sets, ranks=4))


@pytest.mark.parametrize("ranks", [2, 3, 8])
def test_any_number_of_ranks(trained, ranks):
    same_run(trained(BOLTZMANN, ranks=1), trained(BOLTZMANN, ranks=ranks))


def test_interruption(job, trained, tmp_path):
    """A run that was cut, as it seems, in its last epoch: free chains and their temperatures go on too."""
    sets = ["boltzmann.estimator=tempered", "boltzmann.temperatures=5"]
    whole = trained(BOLTZMANN, *sets, ranks=1)
    shutil.copytree(whole.folder, tmp_path / "cut")
    cut = Run(tmp_path / "cut")
    cut.steps[-1].unlink()
    before = Moment(cut)
    job(3, "train", BOLTZMANN, "--run-dir", cut.folder, "--resume", *settings(*sets)).succeeds()
    assert before.is_continued_by(cut)
    assert whole.steps[-1].read_bytes() == cut.steps[-1].read_bytes()


def test_likelihood(job, trained):
    run = trained(BOLTZMANN, *UNLABELLED, ranks=1)
    text = job(1, "evaluate", run.folder, *settings("boltzmann.partition.rounds=8")).succeeds().text
    assert "ln Z by enumeration" in text and "ln Z by reverse" in text
    reports = [
        job(
            ranks,
            "evaluate",
            run.folder,
            "--json",
            *settings("boltzmann.partition.rounds=8", "boltzmann.partition.steps=1000"),
        )
        .succeeds()
        .json
        for ranks in (1, 3)
    ]
    assert reports[0] == reports[1]
    values = {entry["method"]: entry["value"] for entry in reports[0]["logZ"]}
    assert set(values) == {"enumeration", "annealing", "tempering", "reverse"}
    for value in values.values():
        assert value == pytest.approx(values["enumeration"], abs=0.1)
    assert "accuracy" not in reports[0] and reports[0]["loss"] > 0


IMPOSSIBLE = {
    "chains": (["boltzmann.chains=7"], ["boltzmann.chains: 7 chains for 8 micro-shards"]),
    "no-likelihood": (["boltzmann.graph=complete", *UNLABELLED], ["set spinsPerClass", "restricted"]),
    "warm-start": (["learning.warmStart=true"], ["learning.warmStart"]),
    "cosine": (["learning.cosine=true"], ["learning.cosine", "no exact gradient"]),
    "no-file": (["boltzmann.graph=nothing.coo"], ["nothing.coo"]),
    "rule": (["learning.rule=backpropagation"], ["learning.rule", "likelihood"]),
    "strips": (["grid.spin=2"], ["cannot be cut into strips"]),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be(job, tmp_path, case):
    sets, words = IMPOSSIBLE[case]
    job(2, "train", BOLTZMANN, "--run-dir", tmp_path / "run", *settings(*sets)).refuses(*words)
    assert not (tmp_path / "run").exists()

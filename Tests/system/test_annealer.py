"""Ising networks and the rules that others are compared with, as a user trains them: the same bits on any number of ranks and
after an interruption, accuracy above chance, and one clear message for what cannot be."""

import shutil

import pytest

from jobs import CONFIGURATIONS
from runs import Moment, Run, same_run, settings

ANNEALER = CONFIGURATIONS / "annealer.yaml"
LAYERS = CONFIGURATIONS / "train.yaml"
ADAM = "learning.optimiser={kind: adam, learningRate: 0.01}"
CHIMERA = '{chip: "chimera:4", couplingRange: 2, fieldRange: 4, bits: 8, mismatch: 0.02}'
GIBBS = "{kind: gibbs, sweeps: 20, reads: 2, temperature: 0.5, skips: none}"
LANGEVIN = "{kind: langevin, sweeps: 20, reads: 16, temperature: 0.05, skips: none}"

# Configuration, settings, accuracy that must be surpassed, and columns that metrics.csv has beside the usual ones.
KINDS = {
    "anneal": (ANNEALER, [], 0.60, ["changed", "skipped"]),
    "complete": (ANNEALER, ["ising.graph=complete", "ising.inputs=all"], 0.50, []),
    "forward": (ANNEALER, ["ising.machine.reversal=null"], 0.33, []),
    "chimera": (ANNEALER, [f"ising.hardware={CHIMERA}"], 0.50, ["chainBreaks"]),
    "p-bits": (ANNEALER, [f"ising.machine={GIBBS}", "learning.estimator=centred"], 0.45, []),
    "Langevin": (
        ANNEALER,
        [
            f"ising.machine={LANGEVIN}",
            "learning.estimator=centred",
            "learning.nudge=0.3",
            "learning.optimiser.learningRate=0.1",
        ],
        0.60,
        [],
    ),
    "back-propagation": (LAYERS, ["learning.rule=backpropagation", ADAM], 0.60, []),
    "unrolled": (LAYERS, ["learning.rule=backpropagationThroughTime", ADAM], 0.60, []),
    "predictive": (LAYERS, ["network.energy=predictive", "network.activation=relu6", "learning.nudge=0.05", ADAM], 0.60, []),
    "cosine": (LAYERS, ["learning.cosine=true", ADAM], 0.60, ["cosine", "cosine.conv1.input"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kind_learns_the_same_on_four_ranks(trained, kind):
    configuration, sets, least, columns = KINDS[kind]
    one = trained(configuration, *sets, ranks=1)
    assert one.test_accuracy > least
    assert set(columns) <= set(one.columns)
    same_run(one, trained(configuration, *sets, ranks=4))


@pytest.mark.parametrize(("ranks", "sets", "images"), [(3, [], 30), (1, ["data.testPerClass=null"], 60)], ids=["drawn", "all"])
def test_evaluation(job, trained, ranks, sets, images):
    run = trained(ANNEALER, ranks=1)
    report = job(ranks, "evaluate", run.folder, "--json", *settings(*sets)).succeeds().json
    assert report["images"] == images
    if not sets:
        assert report["accuracy"] == pytest.approx(run.test_accuracy, abs=1e-6)


def test_interruption(job, trained, tmp_path):
    """A run that was cut, as it seems, in its last epoch."""
    whole = trained(ANNEALER, ranks=1)
    shutil.copytree(whole.folder, tmp_path / "cut")
    cut = Run(tmp_path / "cut")
    cut.steps[-1].unlink()
    before = Moment(cut)
    job(3, "train", ANNEALER, "--run-dir", cut.folder, "--resume").succeeds()
    assert before.is_continued_by(cut)
    assert whole.steps[-1].read_bytes() == cut.steps[-1].read_bytes()


IMPOSSIBLE = {
    "back-propagation": (1, ["learning.rule=backpropagation"], ["equilibriumPropagation"]),
    "relaxation-beside-ising": (1, ["relaxation.order=checkerboard"], ["relaxation", "ising"]),
    "chip-too-small": (1, ["ising.hardware.chip=chimera:1"], ["ising.hardware"]),
    "chip-that-is-none": (1, ["ising.hardware.chip=kagome:3"], ["chimera:SIZE"]),
    "temperature-that-rises": (1, ["ising.machine.hot=0.001"], ["hot", "cold"]),
    "strips": (2, ["grid.spin=2"], ["cannot be cut into strips"]),
    "more-test-images-than-there-are": (1, ["data.testPerClass=1000"], ["testPerClass"]),
    "images-without-rows": (1, ["data.size.rows=0"], ["data.size"]),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be(job, tmp_path, case):
    ranks, sets, words = IMPOSSIBLE[case]
    job(ranks, "train", ANNEALER, "--run-dir", tmp_path / "run", *settings(*sets)).refuses(*words)
    assert not (tmp_path / "run").exists()


def test_unrolled_predictive_network(job, tmp_path):
    sets = settings("network.energy=predictive", "learning.rule=backpropagationThroughTime")
    job(1, "train", LAYERS, "--run-dir", tmp_path / "run", *sets).refuses("learning.rule")


def test_relax_of_an_ising_network(job, tmp_path):
    job(1, "relax", ANNEALER, "--weights", "none", "--input", "none", "--output", tmp_path / "none").refuses("relax", "Hopfield")

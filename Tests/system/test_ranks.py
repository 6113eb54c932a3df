"""Training ends with the same bits on any number of ranks, and `evaluate` says what the training said."""

import pytest

from jobs import CONFIGURATIONS
from runs import same_run

TRAIN = CONFIGURATIONS / "train.yaml"
# Settings that differ in what ranks exchange, or draw.
VARIANTS = {
    "plain": [],
    "warm-start": ["learning.warmStart=true"],
    "Adam": ["learning.optimiser.kind=adam", "learning.optimiser.learningRate=0.002"],
    "random-sign": ["learning.estimator=randomSign", "learning.optimiser.nesterov=true"],
    "read-out": ["learning.cost=crossEntropyReadout", "relaxation.order=sequential"],
    "conjugate": ["relaxation.machine=conjugate"],
    "coherent-with-noise": ["relaxation.machine=cim", "relaxation.cim.noise=0.02", "relaxation.free.sweeps=20"],
    "Langevin": ["relaxation.machine=langevin", "relaxation.langevin.temperature=0.001"],
    "oscillators": ["relaxation.machine=oscillator", "relaxation.oscillator.noise=0.05", "learning.warmStart=true"],
    "coarse-hardware": ["relaxation.machine=cim-adam", "hardware.training.weightBits=6", "hardware.training.stateNoise=0.01"],
}
# The plain variant shows every number of ranks, the others one that shares the shards unevenly.
CASES = [
    pytest.param(variant, ranks, id=f"{variant}-{ranks}", marks=[] if variant == "plain" or ranks == 3 else pytest.mark.all)
    for variant in VARIANTS
    for ranks in ([2, 3, 4, 8] if variant == "plain" else [3, 8])
]


@pytest.mark.parametrize(("variant", "ranks"), CASES)
def test_same_bits_as_on_one_rank(trained, variant, ranks):
    sets = VARIANTS[variant]
    same_run(trained(TRAIN, *sets, ranks=None), trained(TRAIN, *sets, ranks=ranks))


def test_evaluate_says_what_the_training_said(trained, job):
    run = trained(TRAIN, ranks=None)
    best = trained(TRAIN, ranks=8).checkpoints["best.safetensors"]
    reports = []
    for ranks in (1, 3):
        shown = job(ranks, "evaluate", run.folder).succeeds()
        assert shown.stdout.splitlines()[-1] == f"test accuracy {100 * run.test_accuracy:.2f} %"
        reports.append(job(ranks, "evaluate", best, "--json").succeeds().json)
    assert reports[0] == reports[1]
    assert reports[0]["images"] == 120
    assert reports[0]["accuracy"] == pytest.approx(run.test_accuracy, abs=1e-6)


def test_train_prints_the_test_accuracy(job, tmp_path, trained):
    result = job(2, "train", TRAIN, "--run-dir", tmp_path / "run").succeeds()
    assert result.stdout == f"test accuracy {100 * trained(TRAIN, ranks=None).test_accuracy:.2f} %\n"

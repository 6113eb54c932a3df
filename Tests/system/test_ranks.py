"""Training ends with the same bits on any number of ranks, and `evaluate` says what the training said."""

import pytest

from jobs import CONFIGURATIONS
from runs import Run, same_run

TRAIN = CONFIGURATIONS / "train.yaml"
# Settings that differ in what ranks exchange, or draw.
VARIANTS = {
    "plain": [],
    "warm-start": ["learning.warmStart=true"],
    "Adam": ["learning.optimiser.kind=adam", "learning.optimiser.learningRate=0.002"],
    "random-sign": ["learning.estimator=randomSign", "learning.optimiser.nesterov=true"],
    "linear-response": ["learning.estimator=linearResponse", "learning.residualLimit=0.01", "network.feedback=0.3"],
    "revived-channels": ["learning.reviveChannels=true", "learning.optimiser.kind=adamW"],
    "whitened-patches": ["learning.whitenPatches=true", "learning.optimiser.kind=adamW"],
    "read-out": ["learning.cost=crossEntropyReadout", "relaxation.order=sequential"],
    "conjugate": ["relaxation.machine=conjugate"],
    "coherent-with-noise": ["relaxation.machine=cim", "relaxation.cim.noise=0.02", "relaxation.free.sweeps=20"],
    "Langevin": ["relaxation.machine=langevin", "relaxation.langevin.temperature=0.001"],
    "oscillators": ["relaxation.machine=oscillator", "relaxation.oscillator.noise=0.05", "learning.warmStart=true"],
    "average": ["learning.averaging=0.9", "learning.warmStart=true"],
    "smoothed-and-cut-out": ["learning.labelSmoothing=0.1", "data.augmentation.cutout=3"],
    "graded": ["network.feedback=0.2", "relaxation.order=sequential"],
    "written-in-place": [
        "relaxation.machine=oscillator",
        *(f"hardware.training.{limit}" for limit in ("weightBits=6", "weightRange=0.5", "updates=inPlace")),
        *(f"hardware.training.{limit}" for limit in ("rounding=stochastic", "readBits=4", "phaseReading=replace")),
        *(f"hardware.training.{limit}" for limit in ("phaseNoise=0.2", "frequencySpread=0.1", "evenCoupling=0.1")),
        "learning.nudge=1.5",
        "data.selection=first",
    ],
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
    assert reports[0]["residual"] > 0 and reports[0]["residual90"] > 0
    assert reports[0]["accuracy"] == pytest.approx(run.test_accuracy, abs=1e-6)


def test_evaluate_says_what_is_a_transient(trained, job):
    run = trained(TRAIN, ranks=None).folder
    hasty = ["--set", "run.evaluation.sweeps=2", "--set", "run.evaluation.tolerance=0"]
    shown = job(2, "evaluate", run, *hasty).succeeds()
    assert shown.stderr.count("the residual is") == 1 and "--at-equilibrium" in shown.stderr
    assert "the residual is" not in job(1, "evaluate", run, "--set", "run.evaluation.sweeps=300").succeeds().stderr
    reports = [job(ranks, "evaluate", run, *hasty, "--at-equilibrium", "--json").succeeds() for ranks in (1, 3)]
    assert reports[0].json == reports[1].json
    assert "the residual is" not in reports[0].stderr
    report = reports[0].json
    assert report["sweeps"] == 2 and report["residual"] > 1e-2
    assert report["equilibrium"]["sweeps"] > 2 and report["equilibrium"]["residual"] < 1e-3
    text = job(1, "evaluate", run, *hasty, "--at-equilibrium").succeeds().stdout.splitlines()
    assert text[1].startswith(f"at the equilibrium: test accuracy {100 * report['equilibrium']['accuracy']:.2f} %")
    assert text[-1] == f"test accuracy {100 * report['accuracy']:.2f} %"


def test_train_prints_the_test_accuracy(job, tmp_path, trained):
    result = job(2, "train", TRAIN, "--run-dir", tmp_path / "run").succeeds()
    assert result.stdout == f"test accuracy {100 * trained(TRAIN, ranks=None).test_accuracy:.2f} %\n"


def test_mirrored_evaluation_is_the_same_on_any_ranks(trained, job):
    run = trained(TRAIN, *VARIANTS["average"], ranks=None)
    shown = [job(ranks, "evaluate", run.folder, "--mirror").succeeds() for ranks in (1, 3)]
    assert "averaged with its mirror image" in shown[0].text
    assert shown[0].stdout == shown[1].stdout


def test_training_from_the_weights_of_another_run(trained, job, tmp_path):
    source = trained(TRAIN, *VARIANTS["average"], ranks=None).folder
    begin = ["train", TRAIN, "--set", "seed=4", "--set", "learning.nudge=0.1", "--initial", source]
    for ranks in (None, 3):
        job(ranks, *begin, "--run-dir", tmp_path / f"run-{ranks}").succeeds()
    one, three = Run(tmp_path / "run-None"), Run(tmp_path / "run-3")
    same_run(one, three)
    assert one.starts[0]["initial"] == str(source)
    # A run that has its own checkpoint continues from that.
    job(2, *begin, "--run-dir", one.folder, "--resume").succeeds()
    same_run(one, three)
    job(2, *begin, "--run-dir", tmp_path / "new", "--resume").refuses("no checkpoint to resume", "--resume")
    other = job(2, *begin, "--run-dir", tmp_path / "new", "--set", "network.layers.conv2.channels=4")
    other.refuses("average.conv2.conv1.weight", "[8, 8, 3, 3]", "[4, 8, 3, 3]")
    assert not (tmp_path / "new").exists()

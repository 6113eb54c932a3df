"""EquilibriaSampler against enumeration: signs, offsets, labels, kinds of variables."""

import itertools
import re

import numpy as np
import pytest

import equilibria
from equilibria.program import run


@pytest.fixture
def sampler(dimod):
    return equilibria.EquilibriaSampler()


def drawn(dimod, generator, kind, count=7, dtype=float):
    """A model with labels of several kinds, an offset, both signs, and numbers that need all their digits."""
    labels = ["a", "b", 7, ("pair", 1), "-1", 0, "ü"][:count]
    linear = {label: dtype(generator.normal()) for label in labels}
    pairs = [pair for pair in itertools.combinations(labels, 2) if generator.random() < 0.7]
    quadratic = {pair: dtype(generator.normal()) for pair in pairs}
    return dimod.BinaryQuadraticModel(linear, quadratic, dtype(generator.normal()), kind, dtype=dtype)


def energy(model, sample):
    """Energy by the definition of a binary quadratic model, one term after another."""
    linear = sum(bias * sample[label] for label, bias in model.linear.items())
    quadratic = sum(bias * sample[one] * sample[other] for (one, other), bias in model.quadratic.items())
    return float(model.offset) + linear + quadratic


def lowest(model):
    """The lowest energy of all states."""
    values = (0, 1) if model.vartype.name == "BINARY" else (-1, 1)
    states = itertools.product(values, repeat=len(model.variables))
    return min(energy(model, dict(zip(model.variables, state, strict=True))) for state in states)


def rows(samples):
    """States, energies and occurrences, without times."""
    return [(tuple(row.sample.values()), row.energy, row.num_occurrences) for row in samples.data()]


@pytest.mark.parametrize("kind", ["SPIN", "BINARY"])
@pytest.mark.parametrize("seed", range(3))
def test_ground_state_and_energies_of_all_samples(dimod, sampler, kind, seed):
    model = drawn(dimod, np.random.default_rng(seed), kind)
    found = sampler.sample(model, machine="gibbs", schedule="constant:2", num_reads=60, num_sweeps=100)
    assert len(found) > 5 and sum(found.record.num_occurrences) == 60
    assert set(found.variables) == set(model.variables) and found.vartype is model.vartype
    for row in found.data():
        assert row.energy == pytest.approx(energy(model, row.sample), abs=1e-12)
    assert sampler.sample(model).first.energy == pytest.approx(lowest(model), abs=1e-12)


def test_ising_and_qubo(sampler):
    # Lowest where a = -b = -1: -0.5 - 0.25 - 2.
    found = sampler.sample_ising({"a": 0.5, "b": -0.25}, {("a", "b"): 2.0})
    assert found.first.sample == {"a": -1, "b": 1} and found.first.energy == -2.75
    # Lowest where x is 1 and y is 0.
    found = sampler.sample_qubo({("x", "x"): -1.5, ("y", "y"): -1.0, ("x", "y"): 3.0})
    assert found.first.sample == {"x": 1, "y": 0} and found.first.energy == -1.5


def test_every_digit_arrives(dimod, sampler):
    model = dimod.BinaryQuadraticModel({"a": 0.1 + 0.2, "b": -1e-17}, {}, 0.0, "SPIN")
    assert sampler.sample(model).first.energy == -(0.1 + 0.2) - 1e-17
    model = dimod.BinaryQuadraticModel({"a": 2**53 - 1}, {}, 0, "BINARY", dtype=object)
    assert sampler.sample(model, target=1).first.energy == 0
    # One of the two terms would be lost by a reader that keeps seven digits.
    model = dimod.BinaryQuadraticModel({"a": 123456789.0, "b": 1.0}, {}, -123456788.0, "SPIN")
    assert sampler.sample(model).first.energy == -246913578.0


@pytest.mark.parametrize("kind", ["SPIN", "BINARY"])
def test_small_and_odd_models(dimod, sampler, kind):
    assert len(sampler.sample(dimod.BinaryQuadraticModel(kind))) == 0
    one = dimod.BinaryQuadraticModel({"only": -2.0}, {}, 0.5, kind)
    assert sampler.sample(one).first.sample == {"only": 1}
    nothing = dimod.BinaryQuadraticModel({0: 0, 1: 0}, {(0, 1): 0}, 3, kind)
    assert set(sampler.sample(nothing).record.energy) == {3.0}
    single = drawn(dimod, np.random.default_rng(5), kind, dtype=np.float32)
    assert sampler.sample(single).first.energy == pytest.approx(lowest(single), abs=1e-6)


def test_samples_do_not_depend_on_ranks(dimod, generator):
    model = drawn(dimod, generator, "SPIN")
    found = [equilibria.EquilibriaSampler(ranks=ranks).sample(model, num_reads=24, seed=3) for ranks in (1, 2)]
    assert rows(found[0]) == rows(found[1])
    assert [sample_set.info["ranks"] for sample_set in found] == [1, 2]


def test_seed(dimod, generator, sampler):
    model = drawn(dimod, generator, "SPIN")
    options = {"machine": "gibbs", "schedule": "constant:5", "num_reads": 30, "num_sweeps": 20}
    one, same, other = (sampler.sample(model, seed=seed, **options) for seed in (1, 1, 2))
    assert rows(one) == rows(same) != rows(other)


def test_samples_have_the_distribution_of_the_temperature(dimod, sampler):
    """Two spins at T = 2, of which e/(e + 1/e) are aligned where J/T is 1: a wrong sign or scale is 30 deviations away."""
    model = dimod.BinaryQuadraticModel.from_ising({}, {("a", "b"): -2.0})
    # A schedule is in units of the root mean square of the local field, here 2.
    found = sampler.sample(model, machine="gibbs", schedule="constant:1", num_reads=2000, num_sweeps=20)
    aligned = sum(row.num_occurrences for row in found.data() if row.sample["a"] == row.sample["b"]) / 2000
    expected = 1 / (1 + np.exp(-2))
    assert abs(aligned - expected) < 4 * np.sqrt(expected * (1 - expected) / 2000)


@pytest.mark.parametrize("kind", ["SPIN", "BINARY"])
def test_initial_state(dimod, sampler, kind):
    """A search of no time reports the state that it begins with, here a valley above the ground state."""
    chain = [("a", "b", 2.0), ("b", 7, -2.0), (7, ("pair", 1), 2.0), (("pair", 1), "z", 2.0)]
    ground = {"a": 1, "b": -1, 7: -1, ("pair", 1): 1, "z": -1}
    model = dimod.BinaryQuadraticModel.from_ising(
        {label: -0.1 * value for label, value in ground.items()}, {(one, other): bias for one, other, bias in chain}
    ).change_vartype(kind, inplace=False)
    down = 0 if kind == "BINARY" else -1
    state = {label: down if value == 1 else 1 for label, value in reversed(ground.items())}
    assert sampler.sample(model, initial_state=state, time_limit=0, num_reads=1).first.sample == state
    assert sampler.sample(model).first.sample == {label: 1 if value == 1 else down for label, value in ground.items()}
    with pytest.raises(ValueError, match="no value of variable 'a'"):
        sampler.sample(model, initial_state={label: value for label, value in state.items() if label != "a"})


def test_timing(dimod, generator, sampler):
    info = sampler.sample(drawn(dimod, generator, "SPIN"), time_limit=0.2).info
    timing = info["timing"]
    assert 0.1e9 < timing["sampling_ns"] < timing["total_ns"]
    assert timing["preprocessing_ns"] > 0 and timing["postprocessing_ns"] > 0
    assert info["machine"] == "anneal" and info["reads"] > 10


def test_options_reach_the_program(dimod, generator, sampler):
    model = drawn(dimod, generator, "SPIN", count=5)
    found = sampler.sample(
        model,
        machine="cim",
        schedule=[0.1, 0.5, 1.5],
        scale=1.5,
        num_reads=3,
        coupling_range=(0.1, 4),
        fit_range=True,
        spread="replicas",
    )
    assert (found.info["machine"], found.info["scale"], found.info["reads"]) == ("cim", 1.5, 3)
    assert "chip" in sampler.sample(model, hardware="chimera:4", num_reads=2, num_sweeps=50).info


def test_parameters_are_options_of_the_program(sampler):
    from equilibria.sampler import _FLAGS, _OPTIONS

    known = set(re.findall(r"--[a-z-]+", run(["solve", "--help"]).stdout))
    assert set(_OPTIONS.values()) | set(_FLAGS.values()) | {"--initial"} <= known
    text = type(sampler).__doc__
    assert [name for name in sampler.parameters if name not in text] == []


def test_what_the_program_refuses(dimod, sampler):
    model = dimod.BinaryQuadraticModel({"a": 1.0}, {}, 0, "SPIN")
    with pytest.raises(equilibria.UsageError, match="'nothing' is invalid") as caught:
        sampler.sample(model, machine="nothing")
    assert caught.value.status == 64 and "Error" not in str(caught.value) and "Usage" not in str(caught.value)
    with pytest.raises(equilibria.InputError, match="NaN"):
        sampler.sample(dimod.BinaryQuadraticModel({"a": float("nan")}, {}, 0, "SPIN"))
    with pytest.warns(Warning, match="nothing"):
        sampler.sample(model, nothing=1)


def test_dimod_accepts_the_sampler(dimod, sampler):
    dimod.testing.assert_sampler_api(sampler)
    model = dimod.BinaryQuadraticModel.from_ising({"a": 1}, {("a", "b"): 1})
    composed = dimod.StructureComposite(sampler, ["a", "b"], [("a", "b")])
    found = composed.sample(model, num_reads=3)
    dimod.testing.assert_response_energies(found, model)
    assert found.first.sample == {"a": -1, "b": 1}

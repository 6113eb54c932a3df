"""`sample` against exact averages."""

import itertools
import json
import warnings

import numpy as np
import pytest

import equilibria

pytestmark = [pytest.mark.filterwarnings("ignore:equilibria sample"), pytest.mark.usefixtures("arviz")]


def exact(model, temperature):
    """⟨E⟩ and ⟨s⟩ of each variable over all states."""
    values = (0, 1) if model.vartype.name == "BINARY" else (-1, 1)
    states = np.array(list(itertools.product(values, repeat=len(model.variables))))
    energies = model.energies((states, list(model.variables)))
    weights = np.exp(-(energies - energies.min()) / temperature)
    weights /= weights.sum()
    return weights @ energies, weights @ states


@pytest.mark.parametrize("kind", ["SPIN", "BINARY"])
def test_averages(dimod, arviz, kind):
    linear, quadratic = {"a": 0.7, "b": -0.4, "c": 0.1}, {("a", "b"): -1.0, ("b", "c"): 0.5, ("c", "d"): 1.2}
    model = dimod.BinaryQuadraticModel(linear, quadratic, 0.25, kind)
    data = equilibria.sample(model, [0.8, 2.0], draws=1000, chains=8, rounds=11)
    posterior = data.posterior
    assert posterior.state.dims == ("chain", "draw", "temperature", "variable")
    assert dict(posterior.sizes) == {"chain": 8, "draw": 1000, "temperature": 2, "variable": 4}
    assert list(posterior.variable.values) == ["a", "b", "c", "d"]
    for temperature in (0.8, 2.0):
        chosen = posterior.sel(temperature=temperature)
        states = chosen.state.values.reshape(-1, 4)
        # Each energy belongs to its state; the program samples with couplings of 32 bits.
        assert chosen.energy.values.reshape(-1) == pytest.approx(model.energies((states, list("abcd"))), abs=1e-6)
        energy, mean = exact(model, temperature)
        # Draws two sweeps apart are nearly independent; 8000 have an error of about 0.01.
        assert states.mean(axis=0) == pytest.approx(mean, abs=0.08)
        assert chosen.energy.mean().item() == pytest.approx(energy, abs=0.1)
    assert float(arviz.rhat(data, var_names=["energy"]).energy.max()) < 1.05


def test_ladder_of_a_drawn_problem_on_two_ranks():
    data, same = (
        equilibria.sample("torus:4x4", "0.5:2:4", draws=16, chains=4, rounds=6, free_energy=True, ranks=ranks) for ranks in (1, 2)
    )
    assert np.array_equal(data.posterior.state, same.posterior.state)
    assert list(data.posterior.temperature.values[[0, -2, -1]]) == [0.5, pytest.approx(data.posterior.temperature[-2]), np.inf]
    result = json.loads(data.attrs["result"])
    assert len(result["temperatures"]) == 5 and "logZ" in result["temperatures"][0]
    assert data.attrs["converged"] in (0, 1)


def test_clamp_and_initial(dimod):
    model = dimod.BinaryQuadraticModel.from_ising({"a": 0}, {("a", "b"): 5.0, ("b", 3): -5.0})
    start = {"a": -1, "b": 1, 3: 1}
    data = equilibria.sample(model, 0.1, clamp={"a": -1}, initial=start, draws=10, chains=4, rounds=4)
    assert list(data.posterior.variable.values) == ["a", "b", "3"]
    assert np.array_equal(np.unique(data.posterior.state.values.reshape(-1, 3), axis=0), [[-1, 1, 1]])
    with pytest.raises(ValueError, match="no variable 'z'"):
        equilibria.sample(model, 1, clamp={"z": 1})


def test_verdict():
    with pytest.warns(UserWarning, match="equilibria sample: "):
        data = equilibria.sample("torus:6x6", 0.4, draws=4, chains=4, rounds=2)
    assert data.attrs["converged"] == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert equilibria.sample("torus:4x4", 4, draws=8).attrs["converged"] == 1


def test_file_of_a_qubo(tmp_path):
    (tmp_path / "pair.qubo").write_text("p qubo 0 2 2 1\n0 0 -9\n1 1 9\n0 1 1\n")
    data = equilibria.sample(tmp_path / "pair.qubo", 0.5, draws=10, chains=4, rounds=5)
    assert np.array_equal(np.unique(data.posterior.state.values.reshape(-1, 2), axis=0), [[1, 0]])
    assert np.all(data.posterior.energy == -9)


def test_what_cannot_be_sampled():
    with pytest.raises(equilibria.InputError, match=r"none\.rud"):
        equilibria.sample("none.rud", 1)
    with pytest.raises(equilibria.EquilibriaError, match="above 0"):
        equilibria.sample("torus:4x4", -1.0)
    with pytest.raises(TypeError, match="list, expected a path"):
        equilibria.sample([1, 2], 1)

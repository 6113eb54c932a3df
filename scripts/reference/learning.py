"""Equilibrium propagation: a free phase, nudged phases from the free state, and the difference of their correlations."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Phase:
    """A relaxed phase: its last state, F after each sweep [sweeps, B], and the change of the last sweep."""

    state: dict
    energies: np.ndarray
    change: float


@dataclass
class Step:
    """All that one mini-batch gives. `nudged` and `gradient` are empty without labels."""

    free: Phase
    nudged: list
    gradient: dict


def targets(network, labels):
    """[B, classes, 1, 1]: 1 for the right class, and for the others 0, or −1 where the cost has signs; smoothed if asked for."""
    one_hot = np.eye(network.output.shape[0])[labels][:, :, None, None]
    smoothing = network.description.label_smoothing
    mixed = (1 - smoothing) * one_hot + smoothing / one_hot.shape[1]
    return 2 * mixed - 1 if network.description.cost == "signedSquaredError" else mixed


def _stacked(states):
    return {name: np.concatenate([state[name] for state in states]) for name in states[0]}


def _nudged_phases(network, free, target):
    """The nudged phases, relaxed as one batch so that they end together."""
    description = network.description
    nudges, batch = description.nudges, target.shape[0]
    start = _stacked([free.state] * len(nudges))
    network = network.holding(start) if description.holds_arg_max else network
    targets = np.concatenate([target] * len(nudges))
    state, energies, change = network.relax(start, description.nudged, targets, np.repeat(nudges, batch))
    parts = [slice(index * batch, (index + 1) * batch) for index in range(len(nudges))]
    return [Phase({name: array[part] for name, array in state.items()}, energies[:, part], change) for part in parts]


def energy_gradient(network, state):
    """∂F/∂θ at a state, the mean over the batch, by tensor name."""
    gradient = {}
    for layer in network.layers:
        for edge in layer.edges:
            gradient[edge.name] = -layer.energy_factor * network.correlation(edge, state)
        gradient[layer.bias_name] = -layer.energy_factor * state[layer.name].sum(axis=(2, 3)).mean(axis=0)
    return gradient


def _gradient(network, free, nudged):
    nudges = network.description.nudges
    if len(nudges) == 2:
        first, second, span = nudged[0], nudged[1], nudges[0] - nudges[1]
    else:
        first, second, span = nudged[0], free, nudges[0]
    network = network.holding(free.state) if network.description.holds_arg_max else network
    plus, minus = energy_gradient(network, first.state), energy_gradient(network, second.state)
    return {name: (plus[name] - minus[name]) / span for name in plus}


def run_step(network, x, labels=None):
    """A free phase on `x` [B, C, H, W] and, with `labels` [B], the nudged phases and the gradient."""
    description = network.description
    free = Phase(*network.relax(network.zero_state(x), description.free))
    if labels is None:
        return Step(free, [], {})
    target = targets(network, labels)
    nudged = _nudged_phases(network, free, target)
    return Step(free, nudged, _gradient(network, free, nudged))


def loss(network, x, labels):
    """The mean of C at the end of a free phase."""
    state, _, _ = network.relax(network.zero_state(x), network.description.free)
    return float(network.cost(state, targets(network, labels)).mean())

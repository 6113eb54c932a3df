"""Equilibrium propagation: a free phase, two phases from the free state, and the difference of their correlations.

Linear response is its limit of no nudge.
"""

from dataclasses import dataclass

import numpy as np

from network import sigma_slope, softmax


@dataclass
class Phase:
    """A relaxed phase: its last state, F after each sweep [sweeps, B], and the change of the last sweep."""

    state: dict
    energies: np.ndarray
    change: float


@dataclass
class Step:
    """All that one mini-batch gives. `nudged` and `gradient` are empty without labels.

    `nudged` are the phases after the free one by name: `nudged.0` …, and `kept` where the last one relaxes freely. Under linear
    response it is `response`, whose state are the responses and which has no energies.
    """

    free: Phase
    nudged: dict
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
    """The phases after the free one, relaxed as one batch so that they end together."""
    description = network.description
    nudges, batch = description.phases, target.shape[0]
    start = _stacked([free.state] * len(nudges))
    network = network.holding(start) if description.holds_arg_max else network
    targets = np.concatenate([target] * len(nudges))
    state, energies, change = network.relax(start, description.nudged, targets, np.repeat(nudges, batch))
    parts = [slice(index * batch, (index + 1) * batch) for index in range(len(nudges))]
    names = [f"nudged.{index}" if beta else "kept" for index, beta in enumerate(nudges)]
    return {
        key: Phase({name: array[part] for name, array in state.items()}, energies[:, part], change)
        for key, part in zip(names, parts, strict=True)
    }


def _response(network, free, target):
    """ds/dβ at β = 0: the network linearised at the free state, with all arg-maxes held, relaxes from zero."""
    prediction = network.prediction(free.state)
    source = target - (prediction if "quared" in network.description.cost else softmax(prediction))
    network = network.holding(free.state, signed_too=True)
    response = {name: np.zeros_like(array) for name, array in free.state.items()}
    changes, stop, factor = [], network.description.nudged, network.description.over_relaxation
    while len(changes) < stop.sweeps and not (changes and changes[-1] < stop.tolerance):
        old = response
        for group in network.groups(free=False):
            moved = {}
            for layer in group:
                answer = network.field(layer, response) - network.bias(layer)
                if layer is network.output:
                    new = source + (0 if network.readout else answer)
                else:
                    new = sigma_slope(layer.activation, free.state[layer.name]) * answer
                moved[layer.name] = response[layer.name] + factor * (new - response[layer.name])
            response = {**response, **moved}
        changes.append(network.change(old, response))
    return Phase(response, np.zeros((len(changes), 0)), changes[-1])


def _response_gradient(network, free, response):
    """The derivative of the correlations along the responses."""
    network = network.holding(free.state, signed_too=True)
    s, d = free.state, response.state
    gradient = {}
    for layer in network.layers:
        for edge in layer.edges:
            change = network.correlation(edge, {edge.pre: s[edge.pre], edge.post: d[edge.post]})
            change = change + network.correlation(edge, {edge.pre: d[edge.pre], edge.post: s[edge.post]})
            gradient[edge.name] = -layer.energy_factor * change
        gradient[layer.bias_name] = -layer.energy_factor * d[layer.name].sum(axis=(2, 3)).mean(axis=0)
    return gradient


def energy_gradient(network, state):
    """∂F/∂θ at a state, the mean over the batch, by tensor name."""
    gradient = {}
    for layer in network.layers:
        for edge in layer.edges:
            gradient[edge.name] = -layer.energy_factor * network.correlation(edge, state)
        gradient[layer.bias_name] = -layer.energy_factor * state[layer.name].sum(axis=(2, 3)).mean(axis=0)
    return gradient


def _gradient(network, free, nudged):
    nudges = network.description.phases
    (first, second), span = nudged.values(), nudges[0] - nudges[1]
    network = network.holding(free.state) if network.description.holds_arg_max else network
    plus, minus = energy_gradient(network, first.state), energy_gradient(network, second.state)
    return {name: (plus[name] - minus[name]) / span for name in plus}


def run_step(network, x, labels=None):
    """A free phase on `x` [B, C, H, W] and, with `labels` [B], the nudged phases and the gradient."""
    description = network.description
    free = Phase(*network.relax(network.zero_state(x), description.free))
    if labels is None:
        return Step(free, {}, {})
    target = targets(network, labels)
    if not description.phases:
        response = _response(network, free, target)
        return Step(free, {"response": response}, _response_gradient(network, free, response))
    nudged = _nudged_phases(network, free, target)
    return Step(free, nudged, _gradient(network, free, nudged))


def loss(network, x, labels):
    """The mean of C at the end of a free phase."""
    state, _, _ = network.relax(network.zero_state(x), network.description.free)
    return float(network.cost(state, targets(network, labels)).mean())

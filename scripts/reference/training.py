"""Several steps of training in float64: the gradient of equilibrium propagation, and SGD or Adam on top of it."""

from dataclasses import dataclass, field

import numpy as np

from learning import run_step, targets
from network import Network


@dataclass
class Optimiser:
    """The keys of `learning.optimiser`, and the state of the rule. Sources: ParameterUpdate.swift names them."""

    kind: str = "sgd"
    learning_rate: float = 0.01
    momentum: float = 0.9
    nesterov: bool = False
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    clip: float | None = None
    bound: float | None = None
    updates: int = 0
    moments: dict = field(default_factory=dict)

    def update(self, parameters, gradient, factor=1.0):
        """One update of all parameters in place; `factor` is the schedule's."""
        self.updates += 1
        norm = np.sqrt(sum((slope**2).sum() for slope in gradient.values()))
        scale = self.clip / norm if self.clip is not None and norm > self.clip else 1.0
        for name, slope in gradient.items():
            step = self._sgd if self.kind == "sgd" else self._adam
            step(name, parameters[name], slope * scale, self.learning_rate * factor)
            if self.bound is not None:
                np.clip(parameters[name], -self.bound, self.bound, out=parameters[name])

    def _sgd(self, name, parameter, slope, rate):
        slope = slope + self.weight_decay * parameter
        velocity = self.moments[name] = self.momentum * self.moments.get(name, 0.0) + slope
        parameter -= rate * (slope + self.momentum * velocity if self.nesterov else velocity)

    def _adam(self, name, parameter, slope, rate):
        if self.kind == "adamW":
            parameter *= 1 - rate * self.weight_decay
        else:
            slope = slope + self.weight_decay * parameter
        first, second = self.moments.get(name, (0.0, 0.0))
        first = self.beta1 * first + (1 - self.beta1) * slope
        second = self.beta2 * second + (1 - self.beta2) * slope**2
        self.moments[name] = first, second
        mean, square = first / (1 - self.beta1**self.updates), second / (1 - self.beta2**self.updates)
        parameter -= rate * mean / (np.sqrt(square) + self.epsilon)


def train(description, parameters, x, labels, optimiser, factors):
    """Updates `parameters` once for each factor of the learning rate, on the same batch each time.

    Returns the mean loss of the free phase before each update.
    """
    losses = []
    for factor in factors:
        network = Network(description, parameters)
        step = run_step(network, x, labels)
        losses.append(float(network.cost(step.free.state, targets(network, labels)).mean()))
        optimiser.update(parameters, step.gradient, factor)
    return losses

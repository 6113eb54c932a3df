"""The peer's own network, minimisers, estimator and optimiser, put together as its studies do."""

import sys
import types
from dataclasses import dataclass

import torch

try:
    import torch.utils.tensorboard
except ImportError:
    # The peer's `Optimizer` shares a file with its TensorBoard monitor, which is not used here.
    stub = types.ModuleType("torch.utils.tensorboard")
    stub.SummaryWriter = None
    sys.modules["torch.utils.tensorboard"] = stub

from model.function.cost import SquaredError
from model.function.network import Network
from model.hopfield.minimizer import FixedPointMinimizer
from model.hopfield.network import ConvHopfieldEnergy32
from training.monitor import Optimizer
from training.sgd import AugmentedFunction, EquilibriumProp


@dataclass
class Study:
    """Settings of one of the scripts in the checkout's papers/ebl-algorithms."""

    gains: list
    learning_rates: list
    weight_decay: float
    nudging: float
    free: int
    nudged: int
    momentum: float = 0.9
    final_rate: float = 2e-6


STUDIES = {
    "comparative": Study([0.5] * 5, [0.0625, 0.0375, 0.025, 0.02, 0.0125], 3e-4, 0.25, 60, 15),
    "speedup": Study([0.4, 0.7, 0.6, 0.3, 0.4], [0.03] * 5, 2.5e-4, 0.1, 60, 20),
}


class Peer:
    """One network of the peer and all that its trainer needs, on the processor, with centred equilibrium propagation."""

    def __init__(self, options):
        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        self.study = STUDIES[options.study]
        self.free_sweeps = options.free or self.study.free
        self.nudged_sweeps = options.nudged or self.study.nudged
        self.energy = ConvHopfieldEnergy32(3, 10, *options.channels, weight_gains=self.study.gains)
        self.energy.set_device("cpu")
        self.network = Network(self.energy)
        self.cost = SquaredError(self.energy.layers()[-1])
        free_layers = self.network.free_layers()
        self.free_minimiser = FixedPointMinimizer(self.energy, free_layers, self.free_sweeps, "asynchronous")
        augmented = AugmentedFunction(self.energy, self.cost)
        self.nudged_minimiser = FixedPointMinimizer(augmented, free_layers, self.nudged_sweeps, "asynchronous")
        self.estimator = EquilibriumProp(
            self.energy.params(), self.energy.layers(), augmented, self.cost, self.nudged_minimiser,
            variant="centered", nudging=self.study.nudging,
        )  # fmt: skip
        rates = self.study.learning_rates * 2  # the biases' rates, then the weights'
        self.optimiser = Optimizer(self.energy, self.cost, rates, self.study.momentum, self.study.weight_decay)

    def set_sweeps(self, free, nudged):
        """Sets the sweeps of the phases; returns those before."""
        before = self.free_sweeps, self.nudged_sweeps
        self.free_sweeps = self.free_minimiser.num_iterations = free
        self.nudged_sweeps = self.nudged_minimiser.num_iterations = nudged
        return before

    def step(self, x, labels):
        """One training step as in the peer's `Trainer.run`, without its statistics; the number of right answers."""
        self.network.set_input(x, reset=False)
        self.free_minimiser.compute_equilibrium()
        self.cost.set_target(labels)
        right = int((~self.cost.error_fn()).sum())
        for parameter, gradient in zip(self.energy.params(), self.estimator.compute_gradient(), strict=False):
            parameter.state.grad = gradient
        self.optimiser.step()
        for parameter in self.energy.params():
            parameter.clamp_()
        return right

    def right_answers(self, x, labels):
        """The number of right answers, from a free phase that starts at zero."""
        self.network.set_input(x, reset=True)
        self.free_minimiser.compute_equilibrium()
        self.cost.set_target(labels)
        return int((~self.cost.error_fn()).sum())

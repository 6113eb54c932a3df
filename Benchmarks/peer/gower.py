#!/usr/bin/env python3
"""Times training steps of alexgower/OIM-Equilibrium-Propagation (PyTorch): oscillators, the same layers, steps and batch as ours.

    gower.py --path CHECKOUT --network 784-500-10 --batch 32 --free 16 --nudged 10 --threads 1 --steps 5

A step is one call of the checkout's own `train_minibatch`: a free phase, a nudged one of either sign, its energies' difference
through its own automatic differentiation, and stochastic gradient descent with momentum, as our benchmark does. Images are
random: the time does not depend on them. Output is JSON, one object a line. See ../README.md.
"""

import argparse
import importlib.util
import json
import os
import statistics
import sys
import time
import types

# What the checkout's files import for plots, logs and data sets. A training step uses none of it.
UNUSED = ("matplotlib", "matplotlib.pyplot", "torchvision", "wandb")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--path", required=True, help="checkout of alexgower/OIM-Equilibrium-Propagation")
    parser.add_argument("--network", default="784-500-10", help="inputs, hidden layers and classes (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=32, help="samples a step (default: %(default)s)")
    parser.add_argument("--free", type=int, default=16, help="steps of the free phase, T1 (default: %(default)s)")
    parser.add_argument(
        "--nudged", type=int, default=10, help="steps of each of the two nudged phases, T2 (default: %(default)s)"
    )
    parser.add_argument("--step-size", type=float, default=0.5, help="of the phases, epsilon (default: %(default)s)")
    parser.add_argument("--nudge", type=float, default=0.3, help="beta (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=5, help="steps measured, after a first (default: %(default)s)")
    parser.add_argument("--wait", action="store_true", help="one line a step, each step on a line of standard input")
    options = parser.parse_args()
    try:
        options.layers = [int(units) for units in options.network.split("-")]
    except ValueError:
        options.layers = []
    if len(options.layers) < 2 or min(options.layers) < 1:
        parser.error(f"--network {options.network}: expected layers such as 784-500-10")
    if not os.path.isfile(os.path.join(options.path, "train_evaluate.py")):
        parser.error(f"--path {options.path}: no train_evaluate.py in it, expected a checkout of the peer")
    return options


def stand_in_for_unused_packages():
    absent = {name.split(".")[0] for name in UNUSED if importlib.util.find_spec(name.split(".")[0]) is None}
    for name in UNUSED:
        package, _, module = name.partition(".")
        if package not in absent:
            continue
        sys.modules[name] = types.ModuleType(name)
        if module:
            setattr(sys.modules[package], module, sys.modules[name])
        else:
            sys.modules[name].use = lambda *_: None


class Peer:
    """The peer's network of oscillators and its optimiser, as its own trainer puts them together."""

    def __init__(self, options):
        import torch
        from model_utils import OIM_MLP
        from train_evaluate import train_minibatch

        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        self.train_minibatch = train_minibatch
        self.network = OIM_MLP(options.layers, epsilon=options.step_size)
        self.optimiser = torch.optim.SGD(self.network.parameters(), lr=options.rate, momentum=0.9)
        self.criterion = torch.nn.MSELoss(reduction="none")
        self.images = torch.rand(options.batch, options.layers[0])
        self.labels = torch.randint(options.layers[-1], (options.batch,))
        self.version = torch.__version__
        self.settings = types.SimpleNamespace(
            alg="EP", betas=(0.0, options.nudge), T1=options.free, T2=options.nudged, thirdphase=True, random_sign=False,
            reinitialise_neurons=False, noise_level=0.0, neuron_quantisation_bits=0, debug=False, plot=False,
            wandb_mode="disabled",
        )  # fmt: skip

    def step(self):
        """Seconds of one step, by the clock and of the process."""
        start, processor_start = time.perf_counter(), time.process_time()
        # Its figures of convergence and its plots are those of batch 0.
        self.train_minibatch(self.network, self.optimiser, self.images, self.labels, self.settings, self.criterion, batch_idx=1)
        return time.perf_counter() - start, time.process_time() - processor_start


def description(peer, options):
    """What was run, for every first line of output."""
    return {
        "peer": "alexgower/OIM-Equilibrium-Propagation",
        "torch": peer.version,
        "network": options.network,
        "batch": options.batch,
        "free": options.free,
        "nudged": options.nudged,
        "threads": options.threads,
    }


def time_steps(peer, options):
    """One line: the best and the median of the measured steps."""
    peer.step()
    seconds = [peer.step()[0] for _ in range(options.steps)]
    yield {
        **description(peer, options),
        "steps": options.steps,
        "samples_per_second": options.batch / min(seconds),
        "ms_per_sample": 1000 * min(seconds) / options.batch,
        "median_samples_per_second": options.batch / statistics.median(seconds),
    }


def answer_steps(peer, options):
    """A line when ready, then one a step, which is done for each line of standard input: to take turns with another program."""
    peer.step()
    yield description(peer, options)
    for _ in sys.stdin:
        seconds, processor_seconds = peer.step()
        yield {"seconds": seconds, "processor_seconds": processor_seconds}


def main():
    options = arguments()
    # PyTorch and its libraries read these when they are loaded.
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(options.threads)
    sys.path.insert(0, options.path)
    stand_in_for_unused_packages()
    peer = Peer(options)
    for line in (answer_steps if options.wait else time_steps)(peer, options):
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()

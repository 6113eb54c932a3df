"""Steps of thrml's own training task on one core, in processor time: one line of JSON.

    python boltzmann.py [--steps 3]

The task is tests/test_train_mnist.py of github.com/extropic-ai/thrml: two layers of 40 × 40 spins with jumps 1, 4 and 15,
784 pixels and 30 label spins, mini-batches of 50 images and 25 free chains, both averages over the schedules of that test. A step
is the gradient of the likelihood; images are drawn, which does not matter for the time, and compilation is not counted.
`configs/boltzmann-digits.yaml` is the same task.
"""

import argparse
import json
import os
import time

# Read when JAX is loaded.
os.environ |= {"OMP_NUM_THREADS": "1"}
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
from thrml import Block, SamplingSchedule, SpinNode
from thrml.models.ising import IsingEBM, IsingTrainingSpec, estimate_kl_grad, hinton_init

SIDE, JUMPS, VISIBLE, IMAGES, CHAINS = 40, (1, 4, 15), 784 + 30, 50, 25


def layers() -> tuple[list[SpinNode], list[SpinNode], list[tuple[SpinNode, SpinNode]]]:
    """Both layers, and the pairs that are coupled."""
    upper, lower = [SpinNode() for _ in range(SIDE**2)], [SpinNode() for _ in range(SIDE**2)]
    steps = [(0, 0)] + [step for jump in JUMPS for step in ((-jump, 0), (jump, 0), (0, -jump), (0, jump))]
    pairs = [
        (upper[place], lower[(place // SIDE + down) % SIDE * SIDE + (place % SIDE + right) % SIDE])
        for down, right in steps
        for place in range(SIDE**2)
    ]
    return upper, lower, pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=3, help="of which the fastest counts")
    options = parser.parse_args()
    upper, lower, pairs = layers()
    order = jax.random.permutation(jax.random.key(0), SIDE**2)[:VISIBLE].tolist()
    visible, known = [upper[place] for place in order], set(order)
    hidden = [node for place, node in enumerate(upper) if place not in known]
    clamped, free = [Block(hidden), Block(lower)], [Block(upper), Block(lower)]
    nodes = upper + lower

    @jax.jit
    def gradient(key, weights, biases, images):
        model = IsingEBM(nodes, pairs, biases, weights, jnp.array(1.0))
        spec = IsingTrainingSpec(
            model, [Block(visible)], [], clamped, free, SamplingSchedule(200, 20, 10), SamplingSchedule(200, 40, 5)
        )
        own, one, other = jax.random.split(key, 3)
        starts = hinton_init(one, model, clamped, (1, IMAGES)), hinton_init(other, model, free, (CHAINS,))
        return estimate_kl_grad(own, spec, nodes, pairs, [images], [], *starts)[:2]

    weights, biases = jnp.zeros(len(pairs)), jnp.zeros(len(nodes))
    images = jax.random.bernoulli(jax.random.key(3), 0.2, (IMAGES, VISIBLE))
    begun = time.perf_counter()
    jax.block_until_ready(gradient(jax.random.key(1), weights, biases, images))
    compilation, seconds = time.perf_counter() - begun, []
    for step in range(options.steps):
        begun = time.process_time()
        jax.block_until_ready(gradient(jax.random.key(2 + step), weights, biases, images))
        seconds.append(time.process_time() - begun)
    print(json.dumps({"seconds": min(seconds), "ms_per_image": 1000 * min(seconds) / IMAGES, "first_seconds": compilation}))


if __name__ == "__main__":
    main()

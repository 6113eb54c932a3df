"""Spin updates a nanosecond of other samplers, on one core, in processor time: one line of JSON.

    python samplers.py dwave square        # dwave-samplers: simulated annealing at one temperature, by heat bath
    python samplers.py thrml cubic         # thrml: blocks of two colours, on JAX
    python samplers.py peapods gaussian    # peapods: heat bath at 16 temperatures, with parallel tempering

Problems: square, ±J on 64 × 64 spins; cubic, ±J on 16 × 16 × 16; gaussian, the latter with normal couplings. Compilation, and
making the model, are not counted.
"""

import argparse
import json
import os
import time

# Read when NumPy and JAX are loaded.
os.environ |= {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import itertools

import numpy as np

SHAPES = {"square": (64, 64), "cubic": (16, 16, 16), "gaussian": (16, 16, 16)}


def couplings(problem: str) -> dict[tuple[int, int], float]:
    """Of each pair of neighbours on a closed lattice."""
    shape, random = SHAPES[problem], np.random.default_rng(1)
    found = {}
    for place in itertools.product(*map(range, shape)):
        for axis, extent in enumerate(shape):
            other = list(place)
            other[axis] = (place[axis] + 1) % extent
            pair = (int(np.ravel_multi_index(place, shape)), int(np.ravel_multi_index(other, shape)))
            found[pair] = float(random.normal() if problem == "gaussian" else random.choice([-1, 1]))
    return found


def dwave(problem: str) -> float:
    import dimod
    from dwave.samplers import SimulatedAnnealingSampler

    model = dimod.BQM.from_ising({}, couplings(problem))
    reads, sweeps = 4, 1000
    start = time.process_time()
    SimulatedAnnealingSampler().sample(
        model,
        num_reads=reads,
        beta_schedule_type="custom",
        beta_schedule=[1.0],
        num_sweeps_per_beta=sweeps,
        proposal_acceptance_criteria="Gibbs",
        seed=3,
    )
    return reads * sweeps * model.num_variables / (time.process_time() - start)


def peapods(problem: str) -> float:
    from peapods import Ising

    shape = SHAPES[problem]
    kind = "gaussian" if problem == "gaussian" else "bimodal"
    model = Ising(shape, couplings=kind, temperatures=np.linspace(0.5, 2, 16), n_replicas=2)
    sweeps = 400
    start = time.process_time()
    model.sample(n_sweeps=sweeps, sweep_mode="gibbs", warmup_ratio=0.0, pt_interval=1)
    return sweeps * 32 * int(np.prod(shape)) / (time.process_time() - start)


def thrml(problem: str) -> float:
    import jax
    import jax.numpy as jnp
    from thrml import Block, SamplingSchedule, SpinNode, sample_states
    from thrml.models import IsingEBM, IsingSamplingProgram, hinton_init

    shape, pairs = SHAPES[problem], couplings(problem)
    count, sweeps, chains = int(np.prod(shape)), 50, 128
    nodes = [SpinNode() for _ in range(count)]
    model = IsingEBM(
        nodes, [(nodes[a], nodes[b]) for a, b in pairs], jnp.zeros(count), jnp.array(list(pairs.values())), jnp.array(1.0)
    )
    colours = [[], []]
    for place, node in zip(itertools.product(*map(range, shape)), nodes, strict=True):
        colours[sum(place) % 2].append(node)
    blocks = [Block(colour) for colour in colours]
    program = IsingSamplingProgram(model, blocks, [])
    schedule = SamplingSchedule(sweeps, 1, 1)
    states = hinton_init(jax.random.key(0), model, blocks, (chains,))
    run = jax.jit(jax.vmap(lambda key, state: sample_states(key, program, schedule, state, [], [Block(nodes)])))
    keys = jax.random.split(jax.random.key(1), chains)
    jax.block_until_ready(run(keys, states))
    start = time.process_time()
    jax.block_until_ready(run(keys, states))
    return (sweeps + 1) * count * chains / (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    peers = {"dwave": dwave, "thrml": thrml, "peapods": peapods}
    parser.add_argument("peer", choices=peers)
    parser.add_argument("problem", choices=SHAPES)
    parser.add_argument("--repeats", type=int, default=3, help="the best is told")
    options = parser.parse_args()
    speed = max(peers[options.peer](options.problem) for _ in range(options.repeats))
    print(json.dumps({"peer": options.peer, "problem": options.problem, "updates_per_ns": speed / 1e9}))


if __name__ == "__main__":
    main()

"""A dimod sampler that searches with `equilibria solve`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import require
from .problems import Problem, problem_of, write_state
from .program import run

if TYPE_CHECKING:
    import dimod
else:
    dimod = require("dimod", "dimod", "EquilibriaSampler")

# Parameters that are options of `solve` with a value, and with none.
_OPTIONS = {
    "num_reads": "--reads",
    "num_sweeps": "--sweeps",
    "time_limit": "--time",
    "clock": "--clock",
    "target": "--target",
    "machine": "--machine",
    "schedule": "--schedule",
    "scale": "--scale",
    "keep": "--keep",
    "seed": "--seed",
    "spread": "--spread",
    "exchange_every": "--exchange-every",
    "hardware": "--hardware",
    "chain_strength": "--chain-strength",
    "coupling_bits": "--coupling-bits",
    "coupling_range": "--coupling-range",
    "mismatch": "--mismatch",
    "device": "--device",
    "state_bits": "--state-bits",
    "state_noise": "--state-noise",
}
_FLAGS = {"auto": "--auto", "fit_range": "--fit-range"}
# Reads where neither their number nor a time is given.
_READS = 10
# The program lists ten states unless told otherwise; a sample set has all.
_ALL = 2**31 - 1
_STOPPED = 75
# Keys of the program's JSON that go into a sample set's info as they are.
_INFO = (
    "machine",
    "scale",
    "seed",
    "reads",
    "ranks",
    "spread",
    "spreadReason",
    "spinUpdates",
    "interrupted",
    "chip",
    "deviceJoules",
    "processorJoules",
)


class EquilibriaSampler(dimod.Sampler):
    """Searches for the states of lowest energy of a binary quadratic model with `equilibria solve`.

    ranks: processes; above 1 they are started by MPICH's launcher, or by the command in EQUILIBRIA_LAUNCHER. Without a time
    limit the samples do not depend on it.

    `sample(bqm)`, `sample_ising(h, J)` and `sample_qubo(Q)` take these parameters, options of `solve` under the names that
    dimod's samplers use (docs/guide/solve.md describes each):

    num_reads: independent runs. 10 unless it or time_limit is given; with time_limit alone as many as it allows.
    num_sweeps: steps of a read, or sweeps of a sampler. The machine has a default.
    time_limit: seconds. clock: "wall" or "processor".
    target: stop at this energy.
    machine: "anneal", "gibbs", "cim-cac", "sb-discrete" and others. By default the one that measured best.
    schedule: "linear:A:B", "geometric:A:B", "constant:A", or a sequence of values: temperature or pump during a read.
    scale: a factor of the coupling strength, or of the temperatures.
    keep: which state of a sampler's run is its read, "best" or "last".
    initial_state: a mapping from variables to values, or a dimod sample: the state from which every read starts.
    seed: of all random numbers, 1 unless given: calls without a time limit repeat their samples.
    auto: spend a tenth of the time on choosing machine and scale.
    spread: what the ranks divide, "auto", "replicas" or "spins"; exchange_every: steps between exchanges of spins.
    hardware, chain_strength, coupling_bits, coupling_range, fit_range, mismatch, device, state_bits, state_noise: the limits of
    a device. coupling_range is a pair of numbers.

    A sample set holds each distinct state once, best first, with the number of reads that ended in it. Energies are the
    program's, of the model with its offset. `info["timing"]` has nanoseconds: `preprocessing_ns` for writing the problem,
    `sampling_ns` for the search by the program's own clock, `postprocessing_ns` for reading the result, and `total_ns` for all
    with the program's start. The other keys of `info` are the program's (`machine`, `seed`, `ranks`, …).
    """

    parameters: Mapping[str, list[str]] = MappingProxyType({name: [] for name in (*_OPTIONS, *_FLAGS, "initial_state")})
    properties: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, ranks: int = 1):
        self.ranks = ranks
        self.properties = {"ranks": ranks}

    def sample(self, bqm: Any, **parameters: Any) -> Any:
        """Samples a binary quadratic model and returns a dimod.SampleSet; the class describes the parameters.

        Raises EquilibriaError with the program's message. A parameter that does not exist is dropped with a warning, as by
        dimod's other samplers.
        """
        began = time.perf_counter_ns()
        parameters = self.remove_unknown_kwargs(**parameters)
        if bqm.num_variables == 0:
            return dimod.SampleSet.from_samples([], bqm.vartype, energy=[])
        with tempfile.TemporaryDirectory(prefix="equilibria-") as name:
            folder = Path(name)
            problem = problem_of(bqm, folder)
            options = _options(parameters, problem, folder)
            written = time.perf_counter_ns()
            output = run(["solve", problem.word, "--json", "--samples", str(_ALL), *options], self.ranks, accepts={_STOPPED})
        ran = time.perf_counter_ns()
        found = output.json
        states = np.array([sample["spins"] for sample in found["samples"]], dtype=np.int8)
        samples = dimod.SampleSet.from_samples(
            ((states + 1) // 2 if problem.binary else states, problem.labels),
            vartype=bqm.vartype,
            energy=[float(sample["energy"]) for sample in found["samples"]],
            num_occurrences=[sample["occurrences"] for sample in found["samples"]],
            info={key: found[key] for key in _INFO if key in found},
        )
        ended = time.perf_counter_ns()
        samples.info["timing"] = {
            "preprocessing_ns": written - began,
            "sampling_ns": round(found["seconds"] * 1e9),
            "postprocessing_ns": ended - ran,
            "total_ns": ended - began,
        }
        return samples


def _options(parameters: Mapping[str, Any], problem: Problem, folder: Path) -> list[str]:
    """The parameters as the program's options. `--name=value`, since a value may begin with a minus."""
    given = {name: value for name, value in parameters.items() if value is not None}
    if "num_reads" not in given and "time_limit" not in given:
        given["num_reads"] = _READS
    words: list[str] = []
    for name, value in given.items():
        if name == "initial_state":
            words += ["--initial", str(write_state(problem.state(value), folder / "initial.txt"))]
        elif name in _FLAGS:
            words += [_FLAGS[name]] if value else []
        else:
            words.append(f"{_OPTIONS[name]}={_text(value)}")
    return words


def _text(value: Any) -> str:
    """A number or word; numbers with commas between them."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return str(value)
    return ",".join(str(part) for part in value)

#!/usr/bin/env python3
"""Layered Hopfield networks and equilibrium propagation in float64 NumPy: the reference for `equilibria relax`.

Slow and plain on purpose. The mathematics and the files are those of docs/guide/relax-format.md.

    hopfield.py CONFIG --weights W --input X --labels Y --output OUT
    hopfield.py CONFIG --weights W --input X --labels Y --compare OUT_OF_ANOTHER --tolerance 1e-4

The second form prints the greatest difference of each tensor of the other's output file, relative to the greatest entry of the
reference's tensor, and exits with 1 if one is above the tolerance.
"""

import argparse
import sys

import compare
import description
import files
from learning import run_step
from network import Network


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="YAML configuration")
    parser.add_argument("--weights", required=True, help="safetensors file of weights and biases")
    parser.add_argument("--input", required=True, help="safetensors file with `x`, and `labels` if --labels is not given")
    parser.add_argument("--labels", help="safetensors file with `labels`")
    parser.add_argument("--output", help="safetensors file to write")
    parser.add_argument("--compare", metavar="OTHER", help="output file of another implementation")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="greatest relative difference (default: %(default)g)")
    options = parser.parse_args()
    if not options.output and not options.compare:
        parser.error("give --output, --compare or both")
    return options


def run(options):
    x, labels = files.read_inputs(options.input)
    if options.labels:
        labels = files.read_labels(options.labels)
    settings = description.load(options.config, x.shape[1:])
    network = Network(settings, files.read_weights(options.weights, settings))
    if labels is not None:
        files.check_labels(labels, x.shape[0], network.output.shape[0])
    step = run_step(network, x, labels)
    tensors = files.step_tensors(network, step)
    if options.output:
        files.write_tensors(options.output, tensors, files.step_metadata(network, step))
    if options.compare:
        return compare.report(files.read_tensors(options.compare), tensors, options.tolerance)
    return True


def main():
    try:
        return 0 if run(arguments()) else 1
    except description.InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Random weights, inputs and labels for a configuration, in the files of docs/guide/relax-format.md.

    make_case.py CONFIG --batch 4 --seed 1 --weights W --input X

Weights are uniform in ±gain/√fan-in, biases in ±½/√fan-in of their layer's first edge, as the trainer starts them; inputs are
normal with the given deviation. Labels are written into the input's file.
"""

import argparse
import sys

import numpy as np

import description
import files


def make_parameters(settings, generator):
    """Name → float32 array for every weight and bias."""
    parameters = {}
    for layer in settings.layers:
        for edge in layer.edges:
            bound = edge.gain / np.sqrt(edge.fan_in)
            parameters[edge.name] = generator.uniform(-bound, bound, edge.weight_shape).astype(np.float32)
        bound = 0.5 / np.sqrt(layer.edges[0].fan_in)
        parameters[layer.bias_name] = generator.uniform(-bound, bound, layer.shape[0]).astype(np.float32)
    return parameters


def make_samples(settings, generator, batch, deviation=0.5):
    """`x` [B, C, H, W] and `labels` [B]."""
    x = generator.normal(0, deviation, (batch, *settings.input)).astype(np.float32)
    labels = generator.integers(0, settings.layers[-1].shape[0], batch)
    return {"x": x, "labels": labels.astype(np.int64)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="YAML configuration")
    parser.add_argument("--batch", type=int, default=4, help="samples (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--deviation", type=float, default=0.5, help="of the inputs (default: %(default)s)")
    parser.add_argument("--weights", required=True, help="safetensors file to write")
    parser.add_argument("--input", required=True, help="safetensors file to write, with `x` and `labels`")
    options = parser.parse_args()
    try:
        settings = description.load(options.config)
        generator = np.random.default_rng(options.seed)
        files.write_tensors(options.weights, make_parameters(settings, generator))
        files.write_tensors(options.input, make_samples(settings, generator, options.batch, options.deviation))
    except description.InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

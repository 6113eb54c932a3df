"""Reading and writing the safetensors files of docs/guide/relax-format.md, with every shape checked."""

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from description import InputError


def read_tensors(path):
    try:
        return load_file(path)
    except (OSError, SafetensorError, KeyError) as error:
        raise InputError(f"{path}: {error}") from error


def write_tensors(path, tensors, metadata=None):
    try:
        save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path, metadata)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path}: {error}") from error


def read_inputs(path):
    """`x` [B, C, H, W] and, where the file has them, `labels`."""
    tensors = read_tensors(path)
    if "x" not in tensors or tensors["x"].ndim != 4:
        raise InputError(f"{path}: expected a tensor `x` of shape [B, C, H, W]")
    return tensors["x"], tensors.get("labels")


def read_labels(path):
    tensors = read_tensors(path)
    if "labels" not in tensors:
        raise InputError(f"{path}: expected a tensor `labels`")
    return tensors["labels"]


def check_labels(labels, batch, classes):
    if labels.shape != (batch,) or not np.issubdtype(labels.dtype, np.integer):
        raise InputError(f"labels: expected {batch} integers, found {list(labels.shape)} of {labels.dtype}")
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        raise InputError(f"labels: label {labels[wrong[0]]} of sample {wrong[0]} is outside 0 ..< {classes}")


def read_weights(path, description):
    """Name → array for exactly the tensors that the network has."""
    tensors, shapes = read_tensors(path), description.tensor_shapes()
    for name, shape in shapes.items():
        if name not in tensors:
            raise InputError(f"{path}: `{name}` is missing, expected shape {list(shape)}")
        if tensors[name].shape != shape:
            raise InputError(f"{path}: `{name}` has shape {list(tensors[name].shape)}, expected {list(shape)}")
    for name in tensors:
        if name not in shapes:
            raise InputError(f"{path}: `{name}` belongs to no layer or edge of the network")
    return tensors


def step_tensors(network, step):
    """The tensors of the output file."""
    tensors = {}
    for prefix, phase in {"free": step.free, **step.nudged}.items():
        for layer in network.layers:
            state = phase.state[layer.name]
            tensors[f"{prefix}.{layer.name}"] = state[:, :, 0, 0] if layer.dense else state
        if prefix != "response":
            tensors[f"energy.{prefix}"] = phase.energies
    tensors.update({f"gradient.{name}": value for name, value in step.gradient.items()})
    return tensors


def step_metadata(network, step):
    """The metadata of the output file."""
    metadata = {"sweeps.free": str(len(step.free.energies)), "change.free": repr(step.free.change)}
    metadata["residual.free"] = ",".join(repr(float(residual)) for residual in network.residuals(step.free.state))
    if step.nudged:
        last = list(step.nudged.values())[-1]
        metadata["nudges"] = ",".join(repr(beta) for beta in network.description.phases if beta)
        metadata["sweeps.nudged"] = str(len(last.energies))
        metadata["change.nudged"] = repr(last.change)
    return metadata

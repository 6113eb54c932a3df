"""What the reference reads from a configuration: layers and edges with their shapes, relaxation and nudging.

Checks are those that a wrong answer could hide behind; the strict reader of configurations is the program's own.
"""

from dataclasses import dataclass

import yaml

ACTIVATIONS = ("clamp", "halfClamp", "sigmoid", "relu6", "tanh", "linear")
KINDS = ("convolution", "dense")
COSTS = ("squaredError", "signedSquaredError", "crossEntropy", "crossEntropyReadout")
ESTIMATORS = ("oneSided", "negative", "randomSign", "centred", "linearResponse")
ORDERS = ("checkerboard", "synchronous", "sequential")
POOLINGS = ("none", "max", "average")
INPUT = "input"

# Channels, rows and columns of the data sets that a configuration may name instead of `network.input`.
DATASET_SHAPES = {"cifar10": (3, 32, 32), "cifar100": (3, 32, 32), "mnist": (1, 28, 28), "fashion-mnist": (1, 28, 28)}


class InputError(Exception):
    """A mistake in what the user gave, in one clear message."""


@dataclass
class Edge:
    """⟨s_post, P(w ⋆ s_pre)⟩ from layer `pre` to layer `post`."""

    pre: str
    post: str
    dense: bool
    kernel: int
    stride: int
    padding: int
    pooling: str
    window: int
    gain: float
    weight_shape: tuple = ()
    # How strongly `post` acts on `pre`, as a share of how strongly it is driven.
    feedback: float = 1.0

    @property
    def name(self):
        return f"{self.post}.{self.pre}.weight"

    @property
    def fan_in(self):
        count = 1
        for extent in self.weight_shape[1:]:
            count *= extent
        return count


@dataclass
class Layer:
    """One population of spins, [channels, rows, columns]; `dense`, with one row and column, where all its edges are."""

    name: str
    activation: str
    dense: bool
    shape: tuple
    edges: list
    # The layer's factor in the graded energy, 1 of the output.
    energy_factor: float = 1.0

    @property
    def bias_name(self):
        return f"{self.name}.bias"


@dataclass
class Stop:
    sweeps: int
    tolerance: float


@dataclass
class Description:
    """Everything that decides about a relaxation and its gradient. Field names are those of the configuration."""

    input: tuple
    layers: list
    order: str
    over_relaxation: float
    free: Stop
    nudged: Stop
    holds_arg_max: bool
    cost: str
    label_smoothing: float
    estimator: str
    nudge: float

    @property
    def edges(self):
        return [edge for layer in self.layers for edge in layer.edges]

    @property
    def phases(self):
        """β of the two phases whose difference is the gradient; 0 relaxes freely. Linear response has none."""
        if self.estimator == "linearResponse":
            return []
        if self.estimator == "centred":
            return [self.nudge, -self.nudge]
        return [-self.nudge if self.estimator == "negative" else self.nudge, 0.0]

    def tensor_shapes(self):
        """Name → shape of every weight and bias."""
        shapes = {edge.name: edge.weight_shape for edge in self.edges}
        shapes.update({layer.bias_name: (layer.shape[0],) for layer in self.layers})
        return shapes


def choice(value, allowed, key):
    if value not in allowed:
        raise InputError(f"{key}: `{value}` is none of {', '.join(allowed)}")
    return value


def load(path, input_shape=None):
    """The description in the YAML file at `path`; `input_shape` (C, H, W) is that of the inputs, where there are any."""
    try:
        with open(path, encoding="utf-8") as file:
            return parse(yaml.safe_load(file), input_shape)
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"{path}: {error}") from error
    except KeyError as error:
        raise InputError(f"{path}: the key {error} is missing") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise InputError(f"{path}: a value is not of the kind expected: {error}") from error


def parse(tree, input_shape=None):
    """The description in a configuration's tree."""
    network, relaxation, learning = tree.get("network", {}), tree.get("relaxation", {}), tree.get("learning", {})
    shape = _input_shape(tree, input_shape)
    return Description(
        input=shape,
        layers=_layers(network, shape),
        order=choice(relaxation.get("order", "checkerboard"), ORDERS, "relaxation.order"),
        over_relaxation=float(relaxation.get("overRelaxation", 1)),
        free=_stop(relaxation.get("free", {}), Stop(30, 1e-3)),
        nudged=_stop(relaxation.get("nudged", {}), Stop(6, 0.0)),
        holds_arg_max=bool(relaxation.get("freezePooling", relaxation.get("holdArgMax", True))),
        cost=choice(learning.get("cost", "squaredError"), COSTS, "learning.cost"),
        label_smoothing=float(learning.get("labelSmoothing", 0)),
        estimator=choice(learning.get("estimator", "centred"), ESTIMATORS, "learning.estimator"),
        nudge=float(learning.get("nudge", 0.2)),
    )


def _input_shape(tree, given):
    """(C, H, W) as the configuration states it, or as its data set has it, or as the inputs have it."""
    data = tree.get("data", {})
    stated = tree.get("network", {}).get("input")
    if stated is None and data.get("name") == "synthetic":
        stated = data.get("synthetic", {}).get("shape")
    if stated is not None:
        shape = tuple(int(stated[key]) for key in ("channels", "rows", "columns"))
    else:
        shape = DATASET_SHAPES.get(data.get("name"), given)
    if shape is None:
        raise InputError("network.input: missing, and the data set's shape is not known here")
    if given is not None and shape != tuple(given):
        raise InputError(f"the network's input is {list(shape)}, but each sample of x is {list(given)}")
    return tuple(shape)


def _stop(tree, default):
    # PyYAML reads `1e-3` (no dot) as a string, as YAML 1.1 says; `float` reads both.
    return Stop(int(tree.get("sweeps", default.sweeps)), float(tree.get("tolerance", default.tolerance)))


def _layers(network, input_shape):
    shapes, layers, before = {INPUT: input_shape}, [], INPUT
    entries = network.get("layers") or []
    if not entries:
        raise InputError("network.layers: a network has at least one layer")
    for entry in entries:
        name = entry["name"]
        if name in shapes:
            raise InputError(f"layer `{name}`: this name is taken")
        kind = "dense" if "units" in entry else "convolution"
        width = int(entry["units"] if "units" in entry else entry["channels"])
        edges = [_edge(tree, name, before, kind) for tree in entry.get("edges") or [entry]]
        reached = [_connect(edge, width, shapes) for edge in edges]
        if len(set(reached)) != 1:
            raise InputError(f"layer `{name}`: its edges give different shapes {reached}")
        activation = choice(entry.get("activation", network.get("activation", "clamp")), ACTIVATIONS, f"layer `{name}`")
        layers.append(Layer(name, activation, all(edge.dense for edge in edges), reached[0], edges))
        shapes[name], before = reached[0], name
    layers[-1].activation = "linear"
    _grade(layers, network.get("feedback", 1))
    return layers


def _grade(layers, feedback):
    """Gives every layer its factor in the graded energy, and every edge its share of feedback."""
    factors = [float(value) for value in feedback] if isinstance(feedback, list) else [float(feedback)] * len(layers)
    if len(factors) != len(layers) or not all(0 < factor <= 1 for factor in factors):
        raise InputError(f"network.feedback: {feedback} is neither a number above 0, at most 1, nor a list with one a layer")
    grades, grade = {}, 1.0
    for index, layer in enumerate(layers):
        grade *= factors[index] if index > 0 else 1.0
        grades[layer.name] = grade
    for layer in layers:
        layer.energy_factor = grades[layer.name] / grade
        for edge in layer.edges:
            if edge.pre != INPUT:
                edge.feedback = grades[edge.post] / grades[edge.pre]


def _edge(tree, post, before, kind):
    dense = choice(tree.get("kind", kind), KINDS, f"layer `{post}`: kind") == "dense"
    return Edge(
        pre=tree.get("from", before), post=post, dense=dense,
        kernel=int(tree.get("kernel", 3)), stride=int(tree.get("stride", 1)), padding=int(tree.get("padding", 0)),
        pooling="none" if dense else choice(tree.get("pool", "none"), POOLINGS, f"layer `{post}`: pool"),
        window=int(tree.get("window", 2)), gain=float(tree.get("gain", 0.5)),
    )  # fmt: skip


def _connect(edge, width, shapes):
    """Sets the edge's weight shape and returns the shape that it gives its layer."""
    if edge.pre not in shapes:
        raise InputError(f"edge {edge.name}: `{edge.pre}` is neither the input nor an earlier layer")
    channels, rows, columns = shapes[edge.pre]
    if edge.dense:
        edge.weight_shape = (width, channels * rows * columns)
        return (width, 1, 1)
    edge.weight_shape = (width, channels, edge.kernel, edge.kernel)
    extents = []
    for extent in (rows, columns):
        room = extent + 2 * edge.padding - edge.kernel
        if room < 0:
            padded = extent + 2 * edge.padding
            raise InputError(f"edge {edge.name}: a kernel of {edge.kernel} is larger than its padded input of {padded}")
        out = room // edge.stride + 1
        if edge.pooling != "none":
            if out % edge.window:
                raise InputError(f"edge {edge.name}: {out} rows or columns do not divide into windows of {edge.window}")
            out //= edge.window
        extents.append(out)
    return (width, *extents)

"""A layered Hopfield network: its field, its energy, and how it relaxes. The mathematics is that of docs/guide/relax-format.md.

A state is a dictionary from layer name to float64 array [B, C, H, W]; the clamped input is its entry "input".
"""

import copy

import numpy as np

from description import INPUT
from operators import convolution, convolution_transpose, kernel_correlation, pool, unpool


def sigma(activation, z):
    """The state that minimises G(s) − s·z."""
    if activation == "clamp":
        return np.clip(z, 0, 1)
    if activation == "halfClamp":
        return np.clip(z / 2, 0, 1)
    if activation == "relu6":
        return np.clip(z, 0, 6)
    if activation == "sigmoid":
        return 1 / (1 + np.exp(-z))
    return np.tanh(z) if activation == "tanh" else z


def sigma_slope(activation, s):
    """The derivative of `sigma` where it gave s; at a bound that of a spin that stays there."""
    if activation == "sigmoid":
        return s * (1 - s)
    if activation == "tanh":
        return 1 - s**2
    if activation == "linear":
        return np.ones_like(s)
    inside = (s > 0) & (s < (6 if activation == "relu6" else 1))
    return inside * (0.5 if activation == "halfClamp" else 1.0)


def _xlogx(x):
    return np.where(x > 0, x * np.log(np.where(x > 0, x, 1)), 0)


def layer_term(activation, s):
    """G(s), summed over all but the batch: [B]."""
    if activation == "halfClamp":
        terms = s**2
    elif activation == "sigmoid":
        terms = _xlogx(s) + _xlogx(1 - s)
    elif activation == "tanh":
        # s artanh s + ½ log(1 − s²) = ½[(1 + s) log(1 + s) + (1 − s) log(1 − s)], which is finite at ±1.
        terms = (_xlogx(1 + s) + _xlogx(1 - s)) / 2
    else:
        terms = s**2 / 2
    return _sum(terms)


def _sum(terms):
    return terms.reshape(terms.shape[0], -1).sum(axis=1)


# The values that σ takes, the limits included.
RANGES = {"clamp": (0, 1), "halfClamp": (0, 1), "relu6": (0, 6), "sigmoid": (0, 1), "tanh": (-1, 1), "linear": (-np.inf, np.inf)}


def _norm(values):
    """The Euclidean norm of each sample: [B]."""
    return np.sqrt(_sum(values**2))


def softmax(z):
    """Over channels."""
    weights = np.exp(z - z.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


class Network:
    """A description with weights: `parameters` maps the tensor names of the weights file to arrays."""

    def __init__(self, description, parameters):
        self.description = description
        self.parameters = {name: np.asarray(value, np.float64) for name, value in parameters.items()}
        self.layers = description.layers
        self.output = self.layers[-1]
        self.readout = description.cost == "crossEntropyReadout"
        self._held = {}
        self.shapes = {INPUT: description.input, **{layer.name: layer.shape for layer in self.layers}}

    def holding(self, state, signed_too=False):
        """This network with every spin under max-pooling held at the pixel that is the greatest of its tile in `state`.

        Spins that can be negative are not held unless `signed_too`.
        """
        signed = {layer.name for layer in self.layers if layer.activation in ("tanh", "linear") and not signed_too}
        edges = [edge for edge in self.description.edges if edge.pooling == "max" and edge.post not in signed]
        held = copy.copy(self)
        held._held = {edge.name: self.drive(edge, state) for edge in edges}
        return held

    def zero_state(self, x):
        """Zero in every layer, x in the input."""
        x = np.asarray(x, np.float64)
        return {INPUT: x, **{layer.name: np.zeros((x.shape[0], *layer.shape)) for layer in self.layers}}

    # An edge as a linear map. A dense edge is a convolution whose kernel covers the whole layer before.

    def _kernel(self, edge):
        weight = self.parameters[edge.name]
        return weight.reshape(weight.shape[0], *self.shapes[edge.pre]) if edge.dense else weight

    def drive(self, edge, state):
        """w ⋆ s_pre, before pooling."""
        return convolution(state[edge.pre], self._kernel(edge), edge.stride, edge.padding)

    def bottom_up(self, edge, state):
        """P(w ⋆ s_pre)."""
        drive = self.drive(edge, state)
        return pool(drive, edge.pooling, edge.window, self._held.get(edge.name, drive))

    def unpooled(self, edge, state):
        """P⁻¹(s_post), at the arg-max of the current w ⋆ s_pre unless one is held."""
        at = self._held[edge.name] if edge.name in self._held else self.drive(edge, state)
        return unpool(state[edge.post], at, edge.pooling, edge.window)

    def top_down(self, edge, state):
        """wᵀ ⋆ P⁻¹(s_post)."""
        rows, columns = self.shapes[edge.pre][1:]
        return convolution_transpose(self.unpooled(edge, state), self._kernel(edge), edge.stride, edge.padding, rows, columns)

    def correlation(self, edge, state):
        """s_pre ⋆ P⁻¹(s_post), the mean over the batch, in the weight's shape."""
        batch = state[edge.pre].shape[0]
        total = kernel_correlation(state[edge.pre], self.unpooled(edge, state), self._kernel(edge), edge.stride, edge.padding)
        return total.reshape(edge.weight_shape) / batch

    def bias(self, layer):
        return self.parameters[layer.bias_name][None, :, None, None]

    # Field and energy.

    def field(self, layer, state):
        """z: −∂E/∂s of `layer` without its own G, divided by the layer's factor in E."""
        z = np.zeros_like(state[layer.name]) + self.bias(layer)
        for edge in layer.edges:
            z = z + self.bottom_up(edge, state)
        for edge in self.description.edges:
            if edge.pre == layer.name:
                z = z + edge.feedback * self.top_down(edge, state)
        return z

    def energy(self, state):
        """E: [B]."""
        total = np.zeros(state[INPUT].shape[0])
        for layer in self.layers:
            if layer is self.output and self.readout:
                continue
            terms = layer_term(layer.activation, state[layer.name]) - _sum(self.bias(layer) * state[layer.name])
            for edge in layer.edges:
                terms = terms - _sum(state[layer.name] * self.bottom_up(edge, state))
            total += layer.energy_factor * terms
        return total

    def prediction(self, state):
        """[B, classes, 1, 1]: the output's state, or the logits of a read-out."""
        return self.field(self.output, state) if self.readout else state[self.output.name]

    def cost(self, state, target):
        """C: [B]; `target` is [B, classes, 1, 1]."""
        prediction = self.prediction(state)
        if self.description.cost in ("squaredError", "signedSquaredError"):
            return _sum((prediction - target) ** 2) / 2
        return -_sum(target * log_softmax(prediction))

    def augmented_energy(self, state, target, beta):
        """F = E + βC: [B]; without a target E."""
        energy = self.energy(state)
        return energy if target is None else energy + beta * self.cost(state, target)

    # Relaxation.

    def updated(self, layer, state, target, beta):
        """The new state of `layer`; `beta` is [B], one nudge a sample, and not used without a target."""
        z = self.field(layer, state)
        if layer is not self.output:
            return sigma(layer.activation, z)
        if target is None:
            return np.zeros_like(z) if self.readout else z
        beta = beta[:, None, None, None]
        if self.readout:
            return beta * (target - softmax(z))
        if self.description.cost == "crossEntropy":
            return z + beta * (target - softmax(state[layer.name]))
        return (z + beta * target) / (1 + beta)

    def moved(self, layer, state, target, beta):
        """The state that a sweep moves `layer` to: ω times as far as its update, within the range of σ."""
        new, factor = self.updated(layer, state, target, beta), self.description.over_relaxation
        if factor == 1:
            return new
        old = state[layer.name]
        return np.clip(old + factor * (new - old), *RANGES["linear" if layer is self.output else layer.activation])

    def groups(self, free):
        """The layers that move together, in the order of a sweep."""
        order = self.description.order
        if order == "synchronous":
            return [self.layers]
        if order == "sequential":
            return [[layer] for layer in (self.layers if free else reversed(self.layers))]
        colours = self._colours()
        return [
            [layer for layer in self.layers if colours[layer.name] == colour]
            for colour in range(max(colours.values()) + 1)
        ]  # fmt: skip

    def _colours(self):
        """Greedy colouring in layer order: the smallest colour of no adjacent earlier layer."""
        colours = {}
        for layer in self.layers:
            taken = {colours[edge.pre] for edge in layer.edges if edge.pre != INPUT}
            colours[layer.name] = min(set(range(len(taken) + 1)) - taken)
        return colours

    def sweep(self, state, target, beta):
        """The state after every layer has been updated once."""
        for group in self.groups(free=target is None):
            moved = {layer.name: self.moved(layer, state, target, beta) for layer in group}
            state = {**state, **moved}
        return state

    def residuals(self, state):
        """How far each sample is from the free equilibrium, [B]: mean over layers of ‖σ(z) − s‖ / max(‖s‖, 1e-6).

        All fields z are those of `state`. A read-out is no part of the system and is not counted.
        """
        layers = [layer for layer in self.layers if not (layer is self.output and self.readout)]
        shares = [
            _norm(self.updated(layer, state, None, None) - state[layer.name]) / np.maximum(_norm(state[layer.name]), 1e-6)
            for layer in layers
        ]  # fmt: skip
        return np.mean(shares, axis=0)

    def change(self, old, new):
        """Mean over layers of ‖Δs‖ / max(‖s‖, 1e-6), norms over the whole batch."""
        changes = [
            np.linalg.norm(new[layer.name] - old[layer.name]) / max(np.linalg.norm(new[layer.name]), 1e-6)
            for layer in self.layers
        ]  # fmt: skip
        return float(np.mean(changes))

    def relax(self, state, stop, target=None, beta=None):
        """Sweeps until `stop`: the last state, F after each sweep [sweeps, B], and the last change."""
        energies, change = [], np.inf
        for _ in range(stop.sweeps):
            old, state = state, self.sweep(state, target, beta)
            energies.append(self.augmented_energy(state, target, beta))
            change = self.change(old, state)
            if change < stop.tolerance:
                break
        return state, np.array(energies), change

#!/usr/bin/env python3
"""Checks of the reference that need no other implementation: finite differences, adjoints, energies that never rise.

    check.py

Prints a line a check, then `N passed, N failed`; exits with 1 if one failed.
"""

import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import numpy as np
import yaml

import description
import files
import operators
from compare import relative_difference
from learning import loss, run_step, targets
from make_case import make_parameters, make_samples
from network import Network, layer_term, sigma

HERE = Path(__file__).resolve().parent

# A convolutional chain, a network whose skip edges need three colours, and a dense chain.
CHAIN = """
network:
  input: {channels: 2, rows: 8, columns: 8}
  activation: ACTIVATION
  layers:
    - {name: conv1, channels: 3, kernel: 3, padding: 1, pool: POOL, gain: 1.0}
    - {name: conv2, channels: 4, kernel: 3, stride: 1, padding: 1, pool: POOL, gain: 1.0}
    - {name: output, units: 5, gain: 1.0}
"""
SKIP = """
network:
  input: {channels: 2, rows: 8, columns: 8}
  activation: ACTIVATION
  layers:
    - {name: conv1, channels: 3, kernel: 3, padding: 1, pool: POOL, gain: 1.0}
    - {name: conv2, channels: 4, kernel: 3, padding: 1, gain: 0.8}
    - name: conv3
      channels: 3
      edges:
        - {from: conv2, kernel: 3, stride: 2, padding: 1, gain: 0.8}
        - {from: conv1, kernel: 1, stride: 2, gain: 0.8}
        - {from: input, kernel: 4, stride: 2, padding: 1, pool: POOL, gain: 0.8}
    - {name: output, units: 5, gain: 1.0}
"""
DENSE = """
network:
  input: {channels: 1, rows: 4, columns: 4}
  activation: ACTIVATION
  layers:
    - {name: hidden1, units: 12, gain: 1.0}
    - {name: hidden2, units: 9, gain: 1.0}
    - {name: output, units: 5, gain: 1.0}
"""
# With max pooling of a layer that can be negative a sweep is no descent, so tanh is pooled by averages.
CASES = [
    (CHAIN, "clamp", "max"), (CHAIN, "halfClamp", "max"), (CHAIN, "sigmoid", "average"), (CHAIN, "tanh", "average"),
    (CHAIN, "relu6", "max"), (SKIP, "clamp", "max"), (SKIP, "sigmoid", "average"), (DENSE, "tanh", "none"),
]  # fmt: skip
# γ of the graded energy: one number, and one a layer.
GRADED_CASES = [
    (SKIP, "clamp", "max", 0.25), (SKIP, "sigmoid", "average", 0.05), (SKIP, "clamp", "max", [1, 0.5, 0.2, 0.7]),
]  # fmt: skip
COSTS = description.COSTS


def settings_of(text, activation="clamp", pool="max", **learning):
    """The description of one of the networks above, relaxed until nothing moves."""
    tree = yaml.safe_load(text.replace("ACTIVATION", activation).replace("POOL", pool).replace("pool: none, ", ""))
    stop = {"sweeps": 2000, "tolerance": 1e-14}
    order, holds = learning.pop("order", "checkerboard"), learning.pop("holds", True)
    tree["network"]["feedback"] = learning.pop("feedback", 1)
    tree["relaxation"] = {"order": order, "free": stop, "nudged": stop, "freezePooling": holds}
    tree["learning"] = learning
    return description.parse(tree)


def case_of(settings, batch=3, seed=7):
    """A network with random weights, inputs and labels."""
    generator = np.random.default_rng(seed)
    network = Network(settings, make_parameters(settings, generator))
    # Fresh gradients of biases are tiny at saturated spins: lift every bias into the range where spins move.
    for layer in settings.layers[:-1]:
        network.parameters[layer.bias_name] = network.parameters[layer.bias_name] + 0.3
    samples = make_samples(settings, generator, batch)
    return network, samples["x"].astype(np.float64), samples["labels"]


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def expect_close(value, reference, tolerance, what):
    difference = relative_difference(value, reference)
    expect(difference <= tolerance, f"{what}: relative difference {difference:.2e}, expected at most {tolerance:.0e}")


def check_convolution_is_its_sum():
    generator = np.random.default_rng(1)
    x, kernel = generator.normal(size=(2, 3, 7, 6)), generator.normal(size=(4, 3, 3, 2))
    for stride, padding in [(1, 0), (1, 1), (2, 1), (3, 2)]:
        out = operators.convolution(x, kernel, stride, padding)
        expected = np.zeros_like(out)
        for b, o, i, j, c, u, v in np.ndindex(*out.shape, *kernel.shape[1:]):
            row, column = i * stride + u - padding, j * stride + v - padding
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                expected[b, o, i, j] += kernel[o, c, u, v] * x[b, c, row, column]
        expect_close(out, expected, 1e-13, f"stride {stride}, padding {padding}")


def check_adjoints():
    generator = np.random.default_rng(2)
    x, kernel = generator.normal(size=(2, 3, 8, 8)), generator.normal(size=(4, 3, 3, 3))
    for stride, padding in [(1, 0), (1, 1), (2, 1), (3, 2)]:
        out = operators.convolution(x, kernel, stride, padding)
        y = generator.normal(size=out.shape)
        product = np.vdot(y, out)
        back = operators.convolution_transpose(y, kernel, stride, padding, 8, 8)
        expect_close(np.vdot(back, x), product, 1e-12, "transposed convolution")
        gradient = operators.kernel_correlation(x, y, kernel, stride, padding)
        expect_close(np.vdot(gradient, kernel), product, 1e-12, "kernel correlation")
    for kind in description.POOLINGS:
        pooled = operators.pool(x, kind, 2, x)
        y = generator.normal(size=pooled.shape)
        expect_close(np.vdot(operators.unpool(y, x, kind, 2), x), np.vdot(y, pooled), 1e-12, f"{kind} pooling")


def check_ties_go_to_the_first_pixel():
    spread = operators.unpool(np.ones((1, 1, 2, 2)), np.zeros((1, 1, 4, 4)), "max", 2)
    expect((spread[0, 0] == np.kron(np.ones((2, 2)), [[1, 0], [0, 0]])).all(), f"found {spread}")


def check_sigma_minimises_the_layer_term():
    z, steps = np.linspace(-2, 7, 31), [-1e-3, 1e-3]
    for activation in description.ACTIVATIONS:
        low, high = {"linear": (-9, 9), "relu6": (0, 6), "tanh": (-1, 1)}.get(activation, (0, 1))

        def energy(s):
            return layer_term(activation, s[:, None]) - s * z

        best = sigma(activation, z)
        for step in steps:
            expect((energy(np.clip(best + step, low, high)) >= energy(best) - 1e-15).all(), activation)


def check_field_is_minus_the_derivative_of_the_energy():
    for (text, activation, pool), feedback in [(case, feedback) for case in CASES for feedback in (1, 0.25)]:
        network, x, _ = case_of(settings_of(text, activation, pool, feedback=feedback))
        generator = np.random.default_rng(3)
        state = network.zero_state(x)
        for layer in network.layers:
            state[layer.name] = generator.uniform(0.2, 0.8, state[layer.name].shape)
        for layer in network.layers:
            direction = generator.normal(size=state[layer.name].shape)

            def without_layer_term(step):
                moved = {**state, layer.name: state[layer.name] + step * direction}
                own = layer.energy_factor * layer_term(layer.activation, moved[layer.name])
                return ((network.energy(moved) - own) / layer.energy_factor).sum()

            slope = (without_layer_term(1e-6) - without_layer_term(-1e-6)) / 2e-6
            # Differences of an energy that is mostly another layer's are worse by that factor.
            tolerance = 1e-7 * network.layers[0].energy_factor
            expect_close(-np.vdot(network.field(layer, state), direction), slope, tolerance, f"{activation} {pool} {layer.name}")


def check_energy_never_rises():
    for text, activation, pool in CASES:
        for order in ("checkerboard", "sequential"):
            network, x, labels = case_of(settings_of(text, activation, pool, order=order, nudge=0.3))
            step = run_step(network, x, labels)
            for phase in [step.free, *step.nudged.values()]:
                rise = np.diff(phase.energies, axis=0).max()
                expect(rise < 1e-12, f"{activation} {pool} {order}: F rises by {rise:.2e}")


def check_energy_of_over_relaxed_sweeps_never_rises():
    for activation, order in [("clamp", "sequential"), ("halfClamp", "checkerboard"), ("relu6", "sequential")]:
        for factor in (0.4, 1.3, 1.6, 1.95):
            settings = settings_of(SKIP, activation=activation)
            settings.order, settings.over_relaxation = order, factor
            settings.free = settings.nudged = description.Stop(30, 0.0)
            network, x, labels = case_of(settings)
            step = run_step(network, x, labels)
            for phase in [step.free, *step.nudged.values()]:
                rise = np.diff(phase.energies, axis=0).max()
                expect(rise < 1e-12, f"{activation}, {order}, factor {factor}: energy rises by {rise}")


def check_residual_is_that_of_one_state():
    settings = settings_of(CHAIN)
    network, x, _ = case_of(settings)
    state, _, change = network.relax(network.zero_state(x), description.Stop(3, 0.0))
    # One synchronous sweep from the state moves it by just the residual's numerators.
    settings.order = "synchronous"
    moved = network.sweep(state, None, None)
    for sample, residual in enumerate(network.residuals(state)):
        shares = [
            np.linalg.norm(moved[layer.name][sample] - state[layer.name][sample]) / np.linalg.norm(state[layer.name][sample])
            for layer in network.layers
        ]  # fmt: skip
        expect_close(residual, np.mean(shares), 1e-12, "residual")
    expect(abs(change / network.residuals(state).mean() - 1) > 0.01, "the change of the last sweep is no residual")
    settled, _, _ = network.relax(state, description.Stop(400, 1e-15))
    expect(network.residuals(settled).max() < 1e-12, "an equilibrium has a residual")


def check_energy_of_graded_networks_never_rises():
    for text, activation, pool in CASES:
        for feedback in (0.25, 0.05):
            network, x, labels = case_of(settings_of(text, activation, pool, order="sequential", nudge=0.3, feedback=feedback))
            step = run_step(network, x, labels)
            for phase in [step.free, *step.nudged.values()]:
                rise = np.diff(phase.energies, axis=0).max() / np.abs(phase.energies).max()
                expect(rise < 1e-12, f"{activation} {pool}, feedback {feedback}: F rises by {rise:.2e} of its size")


def check_a_graded_network_is_a_symmetric_one_of_smaller_amplitudes():
    """Spins √c_k s_k and weights √(c_post/c_pre) w, c falling by γ a layer, have the field √c_k f_k without any γ."""
    for text in (CHAIN, SKIP, DENSE):
        graded, x, _ = case_of(settings_of(text, "clamp", "max", feedback=0.3))
        plain, _, _ = case_of(settings_of(text, "clamp", "max"))
        generator = np.random.default_rng(3)
        state = graded.zero_state(x)
        first = graded.layers[0].energy_factor
        roots = {layer.name: np.sqrt(layer.energy_factor / first) for layer in graded.layers} | {description.INPUT: 1.0}
        for layer in graded.layers:
            state[layer.name] = generator.uniform(0.2, 0.8, state[layer.name].shape)
            plain.parameters[layer.bias_name] = roots[layer.name] * graded.parameters[layer.bias_name]
            for edge in layer.edges:
                plain.parameters[edge.name] = roots[edge.post] / roots[edge.pre] * graded.parameters[edge.name]
        scaled = {name: roots[name] * value for name, value in state.items()}
        for layer in graded.layers:
            expect_close(plain.field(layer, scaled), roots[layer.name] * graded.field(layer, state), 1e-12, layer.name)
        expect_close(plain.energy(scaled), graded.energy(state) / first, 1e-12, "energy")


def check_orders_reach_the_same_state():
    reached = {}
    for order in description.ORDERS:
        network, x, _ = case_of(settings_of(SKIP, "sigmoid", "average", order=order))
        reached[order] = run_step(network, x).free.state
    for order, state in reached.items():
        for name, value in state.items():
            expect_close(value, reached["checkerboard"][name], 1e-11, f"{order} {name}")


def check_gradient_against_finite_differences():
    # The nudge is so small that no spin crosses a kink of its activation and no maximum changes its pixel.
    for text, activation, pool, feedback in [(*case, 1) for case in CASES] + GRADED_CASES:
        for cost in COSTS:
            gradients = {}
            for holds in (True, False):
                network, x, labels = case_of(
                    settings_of(text, activation, pool, cost=cost, nudge=1e-4, holds=holds, feedback=feedback)
                )
                gradients[holds] = run_step(network, x, labels).gradient
            # The loss is that of the free state, and so the same for both.
            generator = np.random.default_rng(5)
            for name, parameter in network.parameters.items():
                direction = generator.normal(size=parameter.shape)
                values = []
                for step in (1e-5, -1e-5):
                    network.parameters[name] = parameter + step * direction
                    values.append(loss(network, x, labels))
                network.parameters[name] = parameter
                slope = (values[0] - values[1]) / 2e-5
                for holds, gradient in gradients.items():
                    found = np.vdot(gradient[name], direction)
                    bound = 1e-4 * np.linalg.norm(gradient[name])
                    expect(
                        abs(found - slope) <= bound,
                        f"{activation} {pool} {cost} {name}, feedback {feedback}, "
                        f"arg-max {'held' if holds else 'free'}: EP {found:.8f}, "
                        f"finite difference {slope:.8f}, may differ by {bound:.1e}",
                    )


def back_propagated(network, x, labels):
    """The gradient of the mean squared error of the feed-forward network of the same layers and weights."""
    state = network.zero_state(x)
    for layer in network.layers:
        field = network.bias(layer) + sum(network.bottom_up(edge, state) for edge in layer.edges)
        state[layer.name] = sigma(layer.activation, field)
    batch = network.holding(state)
    errors = {network.output.name: state[network.output.name] - targets(network, labels)}
    for layer in reversed(network.layers[:-1]):
        below = sum(batch.top_down(edge, {**state, **errors}) for edge in network.description.edges if edge.pre == layer.name)
        s = state[layer.name]
        slope = s * (1 - s) if layer.activation == "sigmoid" else (s > 0) & (s < 1)
        errors[layer.name] = below * slope
    gradient = {}
    for layer in network.layers:
        for edge in layer.edges:
            error = {**state, edge.post: errors[edge.post]}
            gradient[edge.name] = batch.correlation(edge, error)
        gradient[layer.bias_name] = errors[layer.name].sum(axis=(2, 3)).mean(axis=0)
    return gradient


def check_weak_feedback_gives_back_propagation():
    for text, activation, pool in [(CHAIN, "clamp", "max"), (SKIP, "clamp", "max"), (DENSE, "sigmoid", "none")]:
        cosines = {}
        for feedback in (0.01, 1):
            network, x, labels = case_of(settings_of(text, activation, pool, nudge=1e-4, feedback=feedback))
            found, expected = run_step(network, x, labels).gradient, back_propagated(network, x, labels)
            cosines[feedback] = {
                name: np.vdot(found[name], expected[name])
                / max(np.linalg.norm(found[name]) * np.linalg.norm(expected[name]), 1e-300)
                for name in expected
            }
        for name, cosine in cosines[0.01].items():
            expect(cosine > 0.999, f"{activation} {pool} {name}: cosine {cosine:.6f} at a feedback of .01")
        expect(min(cosines[1].values()) < 0.99, f"{activation} {pool}: feedback makes no difference")


def check_one_sided_estimators_bracket_the_centred_one():
    gradients = {}
    for estimator in ("oneSided", "negative", "centred"):
        network, x, labels = case_of(settings_of(CHAIN, "sigmoid", "average", estimator=estimator, nudge=0.01))
        gradients[estimator] = run_step(network, x, labels).gradient
    for name, centred in gradients["centred"].items():
        mean = (gradients["oneSided"][name] + gradients["negative"][name]) / 2
        expect_close(mean, centred, 1e-9, name)
        expect(relative_difference(gradients["oneSided"][name], centred) > 1e-6, f"{name}: one-sided is no different")


def check_linear_response_is_the_limit_of_no_nudge():
    cases = [(*case, 1, "squaredError") for case in CASES] + [(*case, "squaredError") for case in GRADED_CASES]
    cases += [(SKIP, "clamp", "max", 0.25, cost) for cost in COSTS[1:]]
    for text, activation, pool, feedback, cost in cases:
        settings = {"cost": cost, "feedback": feedback}
        network, x, labels = case_of(settings_of(text, activation, pool, estimator="linearResponse", **settings))
        found = run_step(network, x, labels).gradient
        network, x, labels = case_of(settings_of(text, activation, pool, nudge=1e-4, **settings))
        for name, centred in run_step(network, x, labels).gradient.items():
            expect_close(found[name], centred, 2e-5, f"{activation} {pool} {cost} feedback {feedback}: {name}")


def check_one_sided_estimators_subtract_a_state_that_kept_relaxing():
    # Where the output is the target already there is nothing to learn, however far the free phase is from its end.
    settings = settings_of(CHAIN, "clamp", "average", estimator="oneSided", nudge=0.01)
    settings.free = settings.nudged = description.Stop(3, 0)
    network, x, _ = case_of(settings, batch=1)
    output = settings.layers[-1]
    network.parameters[output.edges[0].name][:] = 0
    network.parameters[output.bias_name] = np.eye(output.shape[0])[2]
    step = run_step(network, x, np.array([2]))
    expect(relative_difference(step.nudged["kept"].state["conv1"], step.free.state["conv1"]) > 1e-4, "the free phase ended")
    for name, gradient in step.gradient.items():
        expect(np.abs(gradient).max() < 1e-12, f"{name}: a gradient of {np.abs(gradient).max():.1e}")


def check_colours_of_skip_edges():
    names = [[layer.name for layer in group] for group in case_of(settings_of(SKIP))[0].groups(free=True)]
    expect(names == [["conv1", "output"], ["conv2"], ["conv3"]], f"found {names}")


def check_wrong_networks_are_refused():
    for text, words in [
        (CHAIN.replace("rows: 8", "rows: 7"), "do not divide"),
        (CHAIN.replace("kernel: 3, padding: 1", "kernel: 11, padding: 1"), "larger than its padded input"),
        (SKIP.replace("from: conv1", "from: conv9"), "neither the input nor an earlier layer"),
        (SKIP.replace("from: conv1, kernel: 1, stride: 2", "from: conv1, kernel: 1, stride: 1"), "different shapes"),
        (CHAIN.replace("ACTIVATION", "relu"), "is none of"),
    ]:
        try:
            settings_of(text)
        except description.InputError as error:
            expect(words in str(error), f"expected `{words}` in `{error}`")
        else:
            raise AssertionError(f"accepted, expected `{words}`")


def run_script(name, *words):
    return subprocess.run([sys.executable, HERE / name, *words], capture_output=True, text=True)


def check_command_line():
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: str(Path(folder, name)) for name in ("case.yaml", "w", "x", "out", "changed", "half")}
        text = CHAIN.replace("ACTIVATION", "clamp").replace("POOL", "max")
        Path(paths["case.yaml"]).write_text(text + "relaxation: {free: {sweeps: 4, tolerance: 1e-9}}\n", encoding="utf-8")
        made = run_script("make_case.py", paths["case.yaml"], "--weights", paths["w"], "--input", paths["x"])
        expect(made.returncode == 0, made.stderr)
        common = (paths["case.yaml"], "--weights", paths["w"], "--input", paths["x"])
        written = run_script("hopfield.py", *common, "--output", paths["out"])
        expect(written.returncode == 0, written.stderr)
        tensors = files.read_tensors(paths["out"])
        expect(tensors["energy.free"].shape == (4, 4), "energy.free has not a row a sweep")
        same = run_script("hopfield.py", *common, "--compare", paths["out"], "--tolerance", "1e-15")
        expect(same.returncode == 0, same.stdout + same.stderr)
        tensors["free.conv2"] = tensors["free.conv2"] * (1 + 1e-3)
        files.write_tensors(paths["changed"], tensors)
        changed = run_script("hopfield.py", *common, "--compare", paths["changed"])
        expect(changed.returncode == 1 and "above the tolerance" in changed.stdout, "a changed tensor passes")
        del tensors["free.conv2"]
        files.write_tensors(paths["changed"], tensors)
        missing = run_script("hopfield.py", *common, "--compare", paths["changed"])
        expect(missing.returncode == 1 and "missing" in missing.stdout, "a missing tensor passes")
        Path(paths["half"]).write_bytes(Path(paths["w"]).read_bytes()[:100])
        half = run_script("hopfield.py", common[0], "--weights", paths["half"], *common[3:], "--output", paths["out"])
        refused = half.returncode == 2 and half.stderr.startswith("error: ")
        expect(refused, f"a truncated file gives {half.returncode}, {half.stderr}")


def main():
    checks = [(name[6:].replace("_", " "), check) for name, check in globals().items() if name.startswith("check_")]
    failed = 0
    for name, check in checks:
        try:
            check()
            print(f"ok      {name}", flush=True)
        except Exception as error:  # A check that breaks counts as failed, and the others still run.
            failed += 1
            print(f"FAILED  {name}: {error}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

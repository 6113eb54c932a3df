"""`equilibria relax` against the reference in float64, for every Tests/configurations/relax-*.yaml."""

import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from jobs import CONFIGURATIONS
from reference import make_case, reference_results, relative_difference

# Relative to each tensor's greatest entry.
STATES, GRADIENTS = 1e-5, 1e-3
# A residual is the difference of almost equal numbers: relative to the greatest one, and beside it the rounding of the states.
RESIDUALS, ROUNDING = 1e-3, 1e-6

CASES = [pytest.param(path.name, 1, 5, 1, id=path.stem) for path in sorted(CONFIGURATIONS.glob("relax-*.yaml"))] + [
    pytest.param("relax-checkerboard.yaml", 2, 3, 1, id="two-ranks"),
    pytest.param("relax-checkerboard.yaml", 1, 1, 2, id="one-sample"),
]


@pytest.mark.parametrize(("name", "ranks", "batch", "seed"), CASES)
def test_relax_is_as_the_reference(job, tmp_path, name, ranks, batch, seed):
    configuration = CONFIGURATIONS / name
    case = make_case(configuration, tmp_path, batch, seed)
    job(ranks, "relax", configuration, *case, "--output", tmp_path / "output").succeeds()
    found, (expected, metadata) = load_file(tmp_path / "output"), reference_results(configuration, tmp_path)
    assert found.keys() == expected.keys()
    for tensor, value in expected.items():
        tolerance = GRADIENTS if tensor.startswith("gradient.") else STATES
        assert relative_difference(found[tensor], value) <= tolerance, tensor
    with safe_open(tmp_path / "output", "numpy") as file:
        found = file.metadata()
    assert found.keys() >= metadata.keys()
    for sample, residual in zip(numbers(found["residual.free"]), numbers(metadata["residual.free"]), strict=True):
        assert abs(sample - residual) <= RESIDUALS * residual + ROUNDING


def numbers(text):
    return [float(number) for number in text.split(",")]

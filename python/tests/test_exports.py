"""The states that `equilibria sample --output` writes, loaded as docs/guide/sample.md shows."""

import os
import re
import subprocess

import numpy as np
import pytest

from conftest import ROOT

PAGE = (ROOT / "docs/guide/sample.md").read_text()


@pytest.fixture
def exported(tmp_path, monkeypatch):
    """The page's own command has run in this folder."""
    (arguments,) = re.findall(r"^    equilibria (sample .* --output samples\.npz)$", PAGE, flags=re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    subprocess.run([os.environ["EQUILIBRIA"], *arguments.split(), "--rounds", "9"], check=True, capture_output=True, timeout=100)
    return np.load("samples.npz")


def test_arviz_and_dimod_load_the_states(exported, dimod, arviz, capsys):
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    names: dict = {}
    exec(compile(block, "page", "exec"), names)
    chains, draws = exported["energy"].shape[1:]
    data, samples = names["data"], names["samples"]
    assert dict(data.posterior.sizes) == {"chain": chains, "draw": draws}
    assert np.array_equal(data.posterior.energy, exported["energy"][0])
    assert float(arviz.rhat(data).energy) < 1.2
    assert len(samples) == chains * draws and len(samples.variables) == 64
    # No state of torus:8x8 is below -92, and at T = 0.5 many are there.
    assert samples.first.energy == -92
    # States of one energy and its mirror image: E has no fields.
    ground = samples.record.sample[samples.record.energy == -92]
    assert abs(ground.mean()) < 0.5 and set(np.unique(ground)) == {-1, 1}
    assert "energy" in capsys.readouterr().out

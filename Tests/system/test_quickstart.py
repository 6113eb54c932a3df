"""The quick start for real, and the validation accuracy that it must reach."""

import pytest

from jobs import ROOT
from runs import Run

REQUIRED = 0.85


@pytest.mark.seconds(100)
@pytest.mark.timeout(1900)
def test_quickstart(job, tmp_path):
    run = Run(tmp_path / "run")
    result = job(None, "--run-dir", run.folder, command=[ROOT / "scripts/quickstart"], timeout=1800).succeeds(str(run.folder))
    best = max(float(row["accuracy"]) for row in run.rows if row["kind"] == "validation")
    assert best >= REQUIRED
    assert f"{100 * best:.2f} %" in result.text
    assert run.is_complete

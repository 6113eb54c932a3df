"""Fixtures of the package's tests, which use the program of the checkout, or the one that EQUILIBRIA names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import equilibria

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATIONS = ROOT / "Tests/configurations"

# Tests change the working folder.
os.environ["EQUILIBRIA"] = str(Path(os.environ.get("EQUILIBRIA", ROOT / ".build/release/equilibria")).absolute())


def pytest_terminal_summary(terminalreporter):
    """The line that scripts/test adds up."""
    count = {kind: len(terminalreporter.stats.get(kind, [])) for kind in ("passed", "failed", "error", "skipped")}
    terminalreporter.line(f"{count['passed']} passed, {count['failed'] + count['error']} failed, {count['skipped']} skipped")


@pytest.fixture
def dimod() -> ModuleType:
    return pytest.importorskip("dimod")


@pytest.fixture
def arviz() -> ModuleType:
    return pytest.importorskip("arviz")


@pytest.fixture
def pandas() -> ModuleType:
    return pytest.importorskip("pandas")


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> equilibria.Run:
    """A whole training of two epochs on drawn images; not to be changed."""
    folder = tmp_path_factory.mktemp("runs") / "trained"
    return equilibria.train(CONFIGURATIONS / "train.yaml", {"learning.epochs": 2}, run_dir=folder).wait(timeout=100)


@pytest.fixture
def fake(tmp_path, monkeypatch) -> Callable[[str], None]:
    """fake(SCRIPT): a shell script in the program's place."""

    def fake(script: str) -> None:
        path = tmp_path / "fake-equilibria"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("EQUILIBRIA", str(path))

    return fake


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(7)

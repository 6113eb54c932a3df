"""The program found, started and stopped; its messages as exceptions; the package as pip installs it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile

import pytest

import equilibria
from conftest import ROOT
from equilibria import configuration, errors, program


def test_version():
    assert equilibria.version()[0].isdigit()


def test_program_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("EQUILIBRIA", str(tmp_path / "none"))
    with pytest.raises(equilibria.ProgramNotFound, match="none is no program"):
        equilibria.version()


def test_launcher(monkeypatch, tmp_path, fake):
    fake('echo "$*"')
    launcher = tmp_path / "srun"
    launcher.write_text('#!/bin/sh\necho launched "$@"\n')
    launcher.chmod(0o755)
    monkeypatch.setenv("EQUILIBRIA_LAUNCHER", f"{launcher} --quiet")
    assert program.run(["a"], ranks=3).stdout.startswith("launched --quiet -n 3 /")
    monkeypatch.delenv("EQUILIBRIA_LAUNCHER")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(equilibria.ProgramNotFound, match="EQUILIBRIA_LAUNCHER"):
        program.run(["a"], ranks=2)


@pytest.mark.parametrize("ranks", [0, -1, 1.5, True, "2"])
def test_wrong_number_of_ranks(ranks):
    with pytest.raises(ValueError, match="expected a whole number from 1"):
        program.run(["--version"], ranks=ranks)


@pytest.mark.parametrize(
    ("status", "text", "kind", "message"),
    [
        (65, "Error: f:1: found `x`\n", errors.InputError, "f:1: found `x`"),
        (70, "rank 1\nError on rank 1 of 2 (h-1): no\nmore\n=====\nBAD TERMINATION\n", errors.EquilibriaError, "no\nmore"),
        (64, "Error: Unknown option '--x'\nUsage: equilibria\n  See\n", errors.UsageError, "Unknown option '--x'"),
        (71, "Error: disk: a: b\n\nrest\n", errors.DiskError, "disk: a: b"),
        (-9, "", errors.EquilibriaError, "a signal killed the program (9)"),
        (1, "launcher failed\n", errors.EquilibriaError, "the program ended with exit code 1: launcher failed"),
    ],
)
def test_messages(status, text, kind, message):
    found = errors.error(status, text)
    assert type(found) is kind and str(found) == message and found.status == status


def test_exit_codes_are_those_of_the_manual():
    manual = (ROOT / "docs/guide/exit-codes.md").read_text()
    named = {int(line.split("|")[1]) for line in manual.splitlines() if line[:3].startswith("| ") and line[2].isdigit()}
    assert named == {0, 70, *errors._KINDS}


def test_interruption_stops_the_program(fake, tmp_path, request):
    # A shell starts what runs in the background without SIGINT.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, former))
    fake(f'trap "echo stopped > {tmp_path}/end; exit 75" TERM\ntouch {tmp_path}/begin\nwhile :; do sleep 0.05; done')

    def interrupt():
        while not (tmp_path / "begin").exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        program.run([])
    assert (tmp_path / "end").read_text() == "stopped\n"


def test_program_that_does_not_stop_is_killed(fake, tmp_path):
    fake(f'trap "" TERM\ntouch {tmp_path}/begin\nwhile :; do sleep 0.05; done')
    process = program.Process([])
    while not (tmp_path / "begin").exists():
        time.sleep(0.01)
    assert process.stop(timeout=0.2) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("use", "extra"),
    [
        ("equilibria.EquilibriaSampler", "dimod"),
        ("equilibria.sample('torus:4x4', 1)", "arviz"),
        ("equilibria.Run('.').metrics", "pandas"),
    ],
)
def test_missing_extra(use, extra):
    """Each is imported only where it is needed, and its absence is an error that names the extra."""
    code = f"import sys; sys.modules[{extra!r}] = None\nimport equilibria\ntry: {use}\nexcept ImportError as e: print(e)"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "python/src")}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert f"./python[{extra}]" in found.stdout


def test_numbers_and_words_of_a_configuration():
    text = "{a: 1e-08, b: 010, c: no, d: 'true', e: true, f: null, g: , h: -.5, i: 1_000, j: 0.1, k: ~, l: 2026-01-31}"
    found = configuration.load(text)
    expected = {"a": 1e-8, "b": 10, "c": "no", "d": "true", "e": True, "f": None, "g": None, "h": -0.5, "i": "1_000", "j": 0.1}
    assert found == expected | {"k": None, "l": "2026-01-31"}
    assert configuration.load(configuration.dump(found)) == found
    assert configuration.settings({"a.b": True, "c": None, "d": [1, 2.5], "e": "x"}) == [
        *("--set", "a.b=true", "--set", "c=null"),
        *("--set", "d=[1, 2.5]", "--set", "e=x"),
    ]


def test_wheel(tmp_path):
    """What pip builds holds every module and the mark of a typed package."""
    pytest.importorskip("setuptools", minversion="77")
    source = tmp_path / "python"
    subprocess.run(["cp", "-r", ROOT / "python", source], check=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        tmp_path,
        source,
    ]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("equilibria-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"equilibria/{path.name}" for path in (ROOT / "python/src/equilibria").glob("*.py")} <= set(names)
    assert "equilibria/py.typed" in names


def test_types():
    pytest.importorskip("mypy")
    found = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT / "python", capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_json_of_a_launcher_that_talks():
    output = program.Output(0, "[mpiexec@host] passes a signal on\n" + json.dumps({"a": 1}) + "\n", "")
    assert output.json == {"a": 1}

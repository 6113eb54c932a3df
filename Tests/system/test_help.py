"""The help of every command: it is there, and its examples name files that exist and options that the command has."""

import re
from pathlib import Path

import pytest

from jobs import INPUT, ROOT, USAGE

COMMANDS = ["train", "evaluate", "solve", "sample", "relax", "inspect", "export", "report", "scaling", "doctor"]


def paths(text: str) -> set[str]:
    """What a text names of the files that are kept with the program."""
    return set(re.findall(r"\b(?:configs|docs|scripts)/[A-Za-z0-9._/-]*[A-Za-z0-9]", text))


def options(text: str) -> set[str]:
    """The long options in a text."""
    return set(re.findall(r"(?<![-\w])--[a-z][a-z-]*", text))


def missing(text: str) -> list[str]:
    return [path for path in sorted(paths(text)) if not (ROOT / path).exists()]


@pytest.fixture(scope="module")
def helps(one) -> dict[str, str]:
    """The help of the program (``""``) and of each command."""
    return {command: one(*filter(None, [command]), "--help").succeeds().stdout for command in ["", *COMMANDS]}


def test_help_lists_the_commands(helps):
    text = helps[""]
    listed = re.findall(r"^  ([a-z]+) ", text.partition("SUBCOMMANDS:")[2], flags=re.MULTILINE)
    assert set(COMMANDS) <= set(listed)
    assert set(listed) <= {*COMMANDS, "help"}
    assert not missing(text)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(helps, command):
    text = helps[command]
    assert text.startswith("OVERVIEW: ")
    # What stands below USAGE is what the command has, what comes above are the examples, indented.
    above, usage, below = text.partition(f"USAGE: equilibria {command}")
    assert usage
    assert not missing(text)
    lines = above.splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("  "))
    wrapped = [line for line in lines[first:] if line and not line.startswith(" ")]
    assert not wrapped
    joined = "\n".join(lines[first:]).replace("\\\n", "")
    examples = [line for line in joined.splitlines() if f"equilibria {command}" in line]
    assert examples
    assert options("\n".join(examples)) <= options(below)


@pytest.mark.parametrize("command", COMMANDS)
def test_unknown_option(one, command):
    one(command, "--no-such-option").ends(USAGE, f"equilibria {command}")


def test_wrong_usage_of_many_ranks_is_told_once(job):
    result = job(3, "train", "any.yaml", "--no-such-option").ends(USAGE)
    assert result.text.count("--no-such-option") == 1
    assert result.messages == 1
    assert job(3, "train", "--help").succeeds().stdout.count("USAGE:") == 1


def test_unknown_command(one):
    one("tarin").ends(USAGE, "tarin")


def test_no_command(one):
    one().succeeds("SUBCOMMANDS:", *COMMANDS)


def test_version(one):
    assert re.match(r"\d+\.\d+", one("--version").succeeds().stdout)


def test_readme_names_files_that_are_there():
    assert not missing((ROOT / "README.md").read_text())


def test_inspect_of_nothing(one, tmp_path):
    one("inspect", tmp_path / "none").refuses(str(tmp_path / "none"), "no such checkpoint or run folder", status=INPUT)


def test_doctor_without_data_sets(job, tmp_path):
    job(2, "doctor", "--data", tmp_path).succeeds("MPICH", "cifar10", "2 ranks")


@pytest.mark.parametrize("configuration", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.stem)
def test_configuration_can_be_read(one, tmp_path, configuration: Path):
    """What fails first is the folder without its data."""
    arguments = ["--run-dir", tmp_path / "run", "--set", f"data.folder={tmp_path}"]
    one("train", configuration, *arguments).ends(INPUT, "not found", str(tmp_path))

"""Configurations and settings between Python and the program: YAML as it reads and writes it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Path_: TypeAlias = "str | os.PathLike[str]"
"""A path, as functions take it."""


class _CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, the program's. YAML 1.1, PyYAML's own, takes `1e-08` for text, and `no` and `off` for false."""


# Each with the characters that its words begin with; "" stands for an empty one.
_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _beginnings in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
    ("merge", r"^<<$", ["<"]),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _beginnings)
# PyYAML's own constructor takes `010` for octal.
_CoreLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node)))


def load(text: str) -> dict[str, Any]:
    """A configuration as the program understands its text."""
    found = yaml.load(text, Loader=_CoreLoader)
    if not isinstance(found, dict):
        raise ValueError("the configuration holds no mapping of keys")
    return found


def dump(configuration: Mapping[str, Any]) -> str:
    """A configuration for the program: JSON, which is YAML, and leaves no number or text to be guessed."""
    return json.dumps(configuration, default=_plain)


def settings(overrides: Mapping[str, Any] | None) -> list[str]:
    """`{"learning.nudge": 0.1}` as options `--set`."""
    words: list[str] = []
    for key, value in (overrides or {}).items():
        text = value if isinstance(value, str) else json.dumps(value, default=_plain)
        words += ["--set", f"{key}={text}"]
    return words


def _plain(value: Any) -> Any:
    """Paths as text; numbers and arrays of NumPy as those of Python."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{value!r} has no form in a configuration; expected numbers, text, lists and mappings")


def file_of(configuration: Path_ | Mapping[str, Any], folder: Path) -> Path_:
    """The configuration's file: the one named, or one in the folder that holds the mapping."""
    if not isinstance(configuration, Mapping):
        return configuration
    path = folder / "configuration.yaml"
    path.write_text(dump(configuration))
    return path

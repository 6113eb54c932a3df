"""The Python of docs/guide/python.md and of its notebook runs, and the page names what there is."""

import json
import re

import pytest

import equilibria
from conftest import ROOT

PAGE = ROOT / "docs/guide/python.md"
NOTEBOOK = ROOT / "docs/guide/from-python.ipynb"


def blocks_of_the_page():
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)


def cells_of_the_notebook():
    return ["".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]


@pytest.mark.filterwarnings("ignore:equilibria sample")
@pytest.mark.usefixtures("dimod", "arviz", "pandas")
@pytest.mark.parametrize(("name", "pieces"), [("page", blocks_of_the_page()), ("notebook", cells_of_the_notebook())])
def test_code_runs(name, pieces, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert len(pieces) >= 5
    names: dict[str, object] = {"__name__": "__main__"}
    for number, piece in enumerate(pieces):
        exec(compile(piece, f"{name}-{number}", "exec"), names)
    assert "much" in capsys.readouterr().out or name == "notebook"


def test_stored_outputs_hold_no_error_and_no_path():
    text = NOTEBOOK.read_text()
    outputs = [output for cell in json.loads(text)["cells"] for output in cell.get("outputs", [])]
    assert outputs and all(output["output_type"] != "error" for output in outputs)
    assert not re.search(r"/(?:tmp|home|root|work)/", text)


def test_page_names_what_there_is(dimod):
    text = PAGE.read_text()
    missing = [name for name in equilibria.EquilibriaSampler.parameters if f"`{name}`" not in text]
    public = [name for name in dir(equilibria.Run) + dir(equilibria.Job) if not name.startswith("_")]
    missing += [name for name in public if name not in {"path", "command", "pid"} and not re.search(rf"`{name}[`(]", text)]
    assert missing == []

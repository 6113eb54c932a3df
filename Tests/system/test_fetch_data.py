"""`scripts/fetch-data gset` and `communities`, from a copy in a folder of its own. Mirrors are folders: no network."""

import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from jobs import ROOT

GRAPHS = Path(os.environ.get("EQUILIBRIA_DATA", "/nonexistent"))
COMMUNITIES = ["karate", "dolphins", "polbooks", "football"]
needs_graphs = pytest.mark.skipif(
    not (GRAPHS / "gset").is_dir() or not (GRAPHS / "communities").is_dir(), reason="EQUILIBRIA_DATA has no gset, communities"
)


@pytest.fixture
def fetch(job, tmp_path):
    """fetch(ARGUMENT…, copies=FOLDER): the script, which finds offline copies in the folder only."""
    script = tmp_path / "project/scripts/fetch-data"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "scripts/fetch-data", script)
    return lambda *arguments, copies="": job(None, *arguments, command=[script], env={"EQUILIBRIA_DATA": str(copies)})


@pytest.fixture
def data(tmp_path) -> Path:
    return tmp_path / "project/data"


@pytest.fixture
def mirror(tmp_path) -> Path:
    """The files under the names that the official pages give them."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    for file in (GRAPHS / "gset").glob("G*.txt"):
        shutil.copy(file, folder / file.stem)
    for name in COMMUNITIES:
        pack(folder, name, (GRAPHS / f"communities/{name}.gml").read_text())
    return folder


def pack(folder: Path, name: str, text: str) -> None:
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
        archive.writestr(f"{name}.gml", text)
        archive.writestr(f"{name}.txt", "where it is from")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@needs_graphs
def test_graphs_are_downloaded(fetch, data, mirror, one):
    fetch("--mirror", f"file://{mirror}", "--download", "gset", "communities").succeeds()
    assert names(data) == ["communities", "gset"]
    assert {f"{name}.gml" for name in COMMUNITIES} <= set(names(data / "communities"))
    assert (data / "gset/G22.txt").read_bytes() == (GRAPHS / "gset/G22.txt").read_bytes()
    # The best known cut is found beside the file.
    found = one("solve", data / "gset/G22.txt", "--time", 0.1, "--json").json
    assert found["bestKnown"] == 13359


@needs_graphs
def test_offline_graphs_are_linked(fetch, data):
    fetch("gset", "communities", copies=GRAPHS).succeeds("linked to the offline copy")
    assert (data / "gset").resolve() == (GRAPHS / "gset").resolve()


@needs_graphs
def test_a_graph_in_another_layout_is_the_same(fetch, data, mirror):
    """Vertices from 1, edges the other way round and in another order, one of them twice, names with brackets, CRLF."""
    found = (GRAPHS / "communities/karate.gml").read_text()
    vertices = [int(number) for number in re.findall(r"\bid\s+(\d+)", found)]
    edges = [(int(a), int(b)) for a, b in re.findall(r"source\s+(\d+)\s+target\s+(\d+)", found)]
    first = min(vertices)
    lines = [f'node [ id {vertex - first + 1} label "source {vertex} [target] 3" ]' for vertex in vertices]
    lines += [f"edge [ source {b - first + 1} target {a - first + 1} ]" for a, b in [*reversed(edges), edges[0]]]
    pack(mirror, "karate", "\r\n".join(["graph [", *lines, "]"]))
    fetch("--mirror", f"file://{mirror}", "--download", "communities").succeeds()


@needs_graphs
@pytest.mark.parametrize("change", ["edge", "vertex"])
def test_another_graph_is_refused(fetch, data, mirror, change):
    found = (GRAPHS / "communities/karate.gml").read_text()
    if change == "edge":
        other = re.sub(r"edge\s*\[[^]]*\]", "", found, count=1)
    else:
        other = re.sub(r"\]\s*$", "node [ id 1000 ] ]", found)
    assert other != found
    pack(mirror, "karate", other)
    result = fetch("--mirror", f"file://{mirror}", "--download", "communities")
    assert result.status == 1
    assert "karate.gml is damaged" in result.text
    assert names(data) == []


@needs_graphs
def test_a_changed_file_of_the_gset_is_refused(fetch, data, mirror):
    (mirror / "G22").write_text((mirror / "G22").read_text().replace("\n1 1590 1", "\n1 1590 2", 1))
    result = fetch("--mirror", f"file://{mirror}", "--download", "gset")
    assert result.status == 1
    assert "G22 is not the official file" in result.text
    assert names(data) == []


def test_what_is_no_archive_is_refused(fetch, data, tmp_path):
    (tmp_path / "karate.zip").write_text("<html>moved</html>")
    result = fetch("--mirror", f"file://{tmp_path}", "--download", "communities")
    assert result.status == 1
    assert "cannot unpack karate.zip" in result.text
    assert names(data) == []

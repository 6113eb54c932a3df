"""`scripts/pack-sources`: the archive holds the program's sources and its packages, and Swift resolves it without a network."""

import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from jobs import PROGRAM, ROOT

CHECKOUTS = next((path for path in (ROOT / ".build/checkouts", PROGRAM.parents[1] / "checkouts") if path.is_dir()), None)
OFFLINE = ["unshare", "--map-root-user", "--net"]


def without_network() -> bool:
    return bool(shutil.which("unshare")) and subprocess.run([*OFFLINE, "true"], capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.skipif(CHECKOUTS is None, reason="no checkouts of the Swift packages beside the program"),
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="pack-sources needs the git repository"),
]
needs_unshare = pytest.mark.skipif(not without_network(), reason="unshare cannot make a network namespace")


@pytest.fixture(scope="module")
def archive(job, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "sources.tar.gz"
    job(None, "--checkouts", CHECKOUTS, path, command=[ROOT / "scripts/pack-sources"]).succeeds()
    return path


@pytest.fixture
def unpacked(archive, one, tmp_path) -> Path:
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    version = one("--version").stdout.split()[-1]
    return tmp_path / f"equilibria-{version}"


@pytest.fixture
def resolve(job, unpacked, tmp_path):
    """Swift's look at the unpacked sources, without a network and without what it may have kept from another time."""
    cache = ["--cache-path", tmp_path / "cache", "--config-path", tmp_path / "config", "--security-path", tmp_path / "security"]
    command = [*OFFLINE, "swift", "package", *cache]
    # Git may know mirrors on this machine.
    plain = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    return lambda *arguments: job(None, *arguments, command=command, cwd=unpacked, env=plain, timeout=120)


def test_archive_names_what_it_holds(unpacked):
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    lines = (unpacked / "PACKED").read_text().splitlines()
    assert commit in lines[0]
    addresses = re.findall(r'package\(url: "([^"]+)"', (ROOT / "Package.swift").read_text())
    assert [line.split()[0] for line in lines[1:]] == addresses
    for address in addresses:
        folder = unpacked / "packages" / address.rpartition("/")[2]
        assert (folder / "Package.swift").is_file()
        assert list(folder.glob("LICENSE*"))


def test_same_commit_gives_the_same_bytes(job, archive, tmp_path):
    job(None, "--checkouts", CHECKOUTS, tmp_path / "again.tar.gz", command=[ROOT / "scripts/pack-sources"]).succeeds()
    assert (tmp_path / "again.tar.gz").read_bytes() == archive.read_bytes()


@needs_unshare
@pytest.mark.seconds(20)
def test_packed_sources_resolve_without_a_network(resolve, unpacked):
    resolve("resolve", "--disable-automatic-resolution").succeeds()
    found = json.loads(resolve("show-dependencies", "--format", "json").succeeds().stdout)
    assert {dependency["identity"] for dependency in found["dependencies"]} == {"swift-argument-parser", "yams"}
    assert all(Path(dependency["path"]).is_relative_to(unpacked) for dependency in found["dependencies"])


@needs_unshare
@pytest.mark.seconds(20)
def test_sources_with_addresses_do_not(resolve, unpacked):
    """What the test above would miss if the network were there."""
    shutil.copy(ROOT / "Package.swift", unpacked)
    assert resolve("resolve").status != 0


def test_wrong_options(job, tmp_path):
    def pack(*arguments):
        result = job(None, *arguments, command=[ROOT / "scripts/pack-sources"])
        assert result.status != 0
        return result.text

    assert "no checkout of https://github.com/" in pack("--checkouts", tmp_path, tmp_path / "none.tar.gz")
    assert not (tmp_path / "none.tar.gz").exists()
    assert str(tmp_path / "none") in pack("--checkouts", CHECKOUTS, tmp_path / "none/sources.tar.gz")
    assert "scripts/pack-sources --help" in pack("--wrong")

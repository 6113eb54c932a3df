"""The job scripts of deploy/ as text."""

import shutil

import pytest

from jobs import ROOT

DEPLOYED = sorted(path for pattern in ("*.sh", "*.sbatch", "*.pbs", "in-container") for path in (ROOT / "deploy").glob(pattern))
SHELL = [*DEPLOYED, *sorted(path for path in (ROOT / "scripts").glob("virtual-*") if path.suffix != ".c")]
EDITED = ["train.sbatch", "seeds.sbatch", "scaling.sbatch", "ising.sbatch", "train.pbs", "train.sh"]


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.name)
def test_is_a_shell_script(job, path):
    job(None, path, command=["bash", "-n"]).succeeds()


@pytest.mark.parametrize("name", EDITED)
def test_has_three_lines_to_edit(name):
    """What a user edits stands together."""
    below = (ROOT / "deploy" / name).read_text().partition("\n# Edit:\n")[2]
    assert len(below.partition("\n\n")[0].splitlines()) == 3


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_shellcheck_has_no_remarks(job):
    scripts = ROOT / "scripts"
    checked = [
        *DEPLOYED,
        *(
            scripts / name
            for name in (
                "virtual-cluster",
                "test",
                "setup",
                "python",
                "quickstart",
                "documentation",
                "fetch-data",
                "pack-sources",
            )
        ),
    ]
    job(None, *checked, command=["shellcheck", "-x", "-P", "SCRIPTDIR"]).succeeds()

"""Virtual hosts (scripts/virtual-cluster) as the tests use them."""

import os
import stat
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from jobs import ROOT, Result, Running

SCRIPT = ROOT / "scripts/virtual-cluster"


def can_make_hosts() -> bool:
    """Whether this user and kernel have what hosts need."""
    tunnel = Path("/dev/net/tun")
    if os.geteuid() != 0 or not tunnel.exists() or not stat.S_ISCHR(tunnel.stat().st_mode):
        return False
    name = f"can-{os.getpid()}"
    try:
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        # scripts/virtual-cluster can install it.
        return True
    if made:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=True)
    return made


class Cluster:
    """A virtual cluster of a name of its own, so that one that someone uses is left alone."""

    def __init__(self, name: str, job: Callable[..., Result], start: Callable[..., Running]):
        self.name = name
        self.command = [SCRIPT, "--name", name]
        self._job, self._start = job, start

    def __call__(self, *arguments, **options) -> Result:
        """A command of scripts/virtual-cluster."""
        return self._job(None, *arguments, command=self.command, **options)

    def up(self, *options) -> None:
        """Makes the hosts. What runs on them stays, and must not be ended with the command that started it."""
        command = [str(word) for word in (*self.command, "up", *options)]
        # A file, since those processes would hold a pipe open.
        with tempfile.TemporaryFile("w+") as output:
            made = subprocess.run(
                command, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT, timeout=300
            )
            output.seek(0)
            assert made.returncode == 0, output.read()

    def start(self, *arguments, program, env: dict | None = None) -> Running:
        """A job over the hosts, one rank on each, in the background."""
        return self._start(None, *arguments, command=[*self.command, "run", program], env=env)

    def run(self, *arguments, program) -> Result:
        """A job over the hosts to its end."""
        return self._job(None, *arguments, command=[*self.command, "run", program], timeout=250)

    @property
    def hosts(self) -> list[str]:
        lines = (line.split() for line in self("status").succeeds().stdout.splitlines())
        return [words[0] for words in lines if words[2:] == ["link", "up"]]

    @property
    def logs(self) -> list[Path]:
        """What Slurm's controller and hosts have written."""
        return sorted(Path("/run/virtual-cluster", self.name, "slurm").glob("*.log"))

    def processes(self, host: str) -> list[int]:
        """All that run on a host."""
        found = subprocess.run(["ip", "netns", "pids", host], capture_output=True, text=True, check=True).stdout
        return [int(word) for word in found.split()]

    def links(self) -> list[str]:
        """What `up` makes besides files."""
        links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout.splitlines()
        spaces = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout.splitlines()
        names = [line.split(":")[1].strip() for line in links] + [line.split()[0] for line in spaces]
        return [name for name in names if name.startswith(self.name)]

    def down(self) -> None:
        self("down")

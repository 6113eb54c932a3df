import re

from spack_repo.builtin.build_systems.generic import Package

from spack.package import *


class Swift(Package):
    """The Swift toolchain. Spack does not install it; `spack external find swift` finds one that is on PATH."""

    homepage = "https://www.swift.org/install/linux/"
    has_code = False
    executables = ["^swift$"]

    # packages.yaml may also name others.
    version("6.3")
    version("6.2")
    version("6.1")

    @classmethod
    def determine_version(cls, exe):
        found = re.search(r"Swift version (\d+(?:\.\d+)+)", Executable(exe)("--version", output=str, error=str))
        return found.group(1) if found else None

    def install(self, spec, prefix):
        raise InstallError("install Swift from https://www.swift.org/install/linux/, then run `spack external find swift`")

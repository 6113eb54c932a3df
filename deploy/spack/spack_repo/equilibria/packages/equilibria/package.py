import os

from spack_repo.builtin.build_systems.generic import Package

from spack.package import *


class Equilibria(Package):
    """Energy-based networks trained by equilibrium propagation, and Ising machines, on MPI ranks.

    The source is the archive that scripts/pack-sources writes; Spack looks for it in the current folder. It brings the Swift
    packages, so that the build needs no network.
    """

    manual_download = True

    license("Apache-2.0")

    # The archive is made on the spot, so no checksum is known beforehand: `spack install --no-checksum`.
    version("0.1.0")

    depends_on("swift@6.1:", type="build")
    depends_on("pkgconfig", type="build")
    # Its pkg-config file mpich.pc is what the build looks for.
    depends_on("mpich@4:")
    depends_on("zlib-api")
    depends_on("bzip2+shared")
    depends_on("xz@5.2:")
    depends_on("libpng@1.6:")
    depends_on("libjpeg-turbo@2:")
    depends_on("metis@5:")

    def url_for_version(self, version):
        return f"file://{os.getcwd()}/equilibria-{version}-sources.tar.gz"

    def install(self, spec, prefix):
        options = ["-c", "release", "--static-swift-stdlib", "--product", "equilibria", "--jobs", str(make_jobs)]
        # METIS and bzip2 have no pkg-config file. The program finds all libraries where Spack has put them.
        for name in ("metis", "bzip2"):
            options += ["-Xcc", f"-I{spec[name].prefix.include}"]
        for name in ("mpich", "zlib-api", "bzip2", "xz", "libpng", "libjpeg-turbo", "metis"):
            for folder in spec[name].libs.directories:
                options += ["-Xlinker", f"-L{folder}", "-Xlinker", "-rpath", "-Xlinker", folder]
        Executable("swift")("build", *options)
        mkdirp(prefix.bin)
        install(join_path(".build", "release", "equilibria"), prefix.bin)
        for folder in ("configs", "deploy"):
            install_tree(folder, join_path(prefix.share, "equilibria", folder))

    @run_after("install")
    def check_version(self):
        found = Executable(join_path(self.prefix.bin, "equilibria"))("--version", output=str)
        if found.strip() != str(self.version):
            raise InstallError(f"the archive holds version {found.strip()} of equilibria, not {self.version}")

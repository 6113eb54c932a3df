"""The recipes of deploy/ for containers, Spack and environment modules: read, and run against stand-ins of their tools."""

import re
import shlex
import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from jobs import ROOT

DEPLOY = ROOT / "deploy"
RECIPES = DEPLOY / "spack/spack_repo/equilibria/packages"
TCL = DEPLOY / "modulefiles/tcl/equilibria"
LMOD = DEPLOY / "modulefiles/lmod/equilibria"

# What a container needs at run time of each package that scripts/setup installs; None: for building and testing only.
AT_RUN_TIME = {
    "mpich": "mpich",
    "libmpich-dev": "mpich",
    "zlib1g-dev": "zlib1g",
    "libbz2-dev": "libbz2-1.0",
    "liblzma-dev": "liblzma5",
    "libpng-dev": "libpng16-16",
    "libturbojpeg0-dev": "libturbojpeg0",
    "libmetis-dev": "libmetis5",
    "libjs-chart.js": "libjs-chart.js",
    "pkg-config": None,
    "dataset-fashion-mnist": "dataset-fashion-mnist",
    "faketime": None,
    "python3": None,
    "python3-venv": None,
}
# Spack's names for what the build needs. The rest is for tests.
IN_SPACK = {
    "mpich": "mpich",
    "libmpich-dev": "mpich",
    "zlib1g-dev": "zlib-api",
    "libbz2-dev": "bzip2",
    "liblzma-dev": "xz",
    "libpng-dev": "libpng",
    "libturbojpeg0-dev": "libjpeg-turbo",
    "libmetis-dev": "metis",
    "pkg-config": "pkgconfig",
}


def set_up() -> list[str]:
    """The packages of scripts/setup."""
    text = (ROOT / "scripts/setup").read_text()
    return re.findall(r'^  "([^|"]+)\|', text[text.index("packages=(") :], flags=re.MULTILINE)


def needed_swift() -> str:
    return re.match(r"// swift-tools-version: ([\d.]+)", (ROOT / "Package.swift").read_text())[1]


@pytest.fixture
def version(one) -> str:
    return one("--version").succeeds().stdout.strip()


# Containers


def stages(name: str) -> list[str]:
    """The text of each stage of a recipe, without comments and with continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / name).read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return re.split(r"^(?=FROM |Bootstrap: )", text, flags=re.MULTILINE)[1:]


def installed(stage: str) -> set[str]:
    """The Debian packages that a stage installs, without versions."""
    found = set()
    for line in re.findall(r"apt-get install ([^&\n]*)", stage):
        found |= {word.partition("=")[0] for word in shlex.split(line) if not word.startswith("-")}
    return found


@pytest.mark.parametrize("recipe", ["Dockerfile", "equilibria.def"])
def test_container_has_what_the_program_needs(recipe):
    assert set(set_up()) == set(AT_RUN_TIME), "a package of scripts/setup that this table does not know"
    build, final = stages(recipe)
    # The build stage takes its packages from the same list.
    assert "scripts/setup" in build and "swift build" in build
    assert installed(final) == {package for package in AT_RUN_TIME.values() if package}


@pytest.mark.parametrize("recipe", ["Dockerfile", "equilibria.def"])
def test_container_is_built_by_a_swift_that_suffices(recipe):
    image = re.search(r"swift:([\d.]+)-(\w+)", stages(recipe)[0])
    assert [int(part) for part in image[1].split(".")] >= [int(part) for part in needed_swift().split(".")]
    # What is linked in one release of Debian runs in the same one.
    assert f"debian:{image[2]}-slim" in stages(recipe)[1]


@pytest.mark.skipif(not shutil.which("hadolint"), reason="hadolint is not installed")
def test_hadolint_has_no_remarks(job):
    job(None, DEPLOY / "Dockerfile", command=["hadolint"]).succeeds()


def test_sections_of_the_apptainer_definition():
    known = {"files", "post", "environment", "runscript", "test", "help"}
    for stage in stages("equilibria.def"):
        assert re.search(r"^From: \S+$", stage, flags=re.MULTILINE) and re.search(r"^Stage: \w+$", stage, flags=re.MULTILINE)
        assert set(re.findall(r"^%(\w+)", stage, flags=re.MULTILINE)) <= known


def test_shell_sections_of_the_apptainer_definition(job, tmp_path):
    for number, stage in enumerate(stages("equilibria.def")):
        for name, text in re.findall(r"^%(post|environment|runscript|test)\n(.*?)(?=^%|\Z)", stage, flags=re.M | re.S):
            (tmp_path / f"{number}-{name}").write_text(text)
            job(None, tmp_path / f"{number}-{name}", command=["sh", "-n"]).succeeds()


# Spack


class Stand:
    """What a recipe uses of Spack: directives and steps are written down."""

    def __init__(self, swift_version: str, program_version: str):
        self.dependencies, self.versions, self.steps = {}, [], []
        outputs = {"swift": swift_version, "equilibria": program_version}

        class Executable:
            def __init__(executable, path):
                executable.path = str(path)

            def __call__(executable, *arguments, **_):
                self.steps.append([executable.path, *arguments])
                return outputs[Path(executable.path).name]

        self.names = {
            "Executable": Executable,
            "InstallError": RuntimeError,
            "depends_on": lambda spec, type="all": self.dependencies.update({re.split("[@+~]", spec)[0]: (spec, type)}),
            "install": lambda *words: self.steps.append(["install", *words]),
            "install_tree": lambda *words: self.steps.append(["install_tree", *words]),
            "join_path": lambda *parts: "/".join(map(str, parts)),
            "license": lambda name: None,
            "make_jobs": 3,
            "mkdirp": lambda *words: None,
            "run_after": lambda step: lambda function: function,
            "version": lambda name, **_: self.versions.append(name),
        }

    def recipe(self, name: str, monkeypatch) -> type:
        modules = {name: ModuleType(name) for name in ("spack", "spack_repo", "spack_repo.builtin")}
        modules["spack.package"] = ModuleType("spack.package")
        modules["spack.package"].__dict__.update(self.names, __all__=list(self.names))
        modules["spack_repo.builtin.build_systems"] = ModuleType("spack_repo.builtin.build_systems")
        generic = modules["spack_repo.builtin.build_systems.generic"] = ModuleType("generic")
        generic.Package = type("Package", (), {})
        for module, stand in modules.items():
            monkeypatch.setitem(sys.modules, module, stand)
        path = RECIPES / name / "package.py"
        namespace = {"__name__": name}
        exec(compile(path.read_text(), str(path), "exec"), namespace)
        return namespace[name.capitalize()]


@pytest.fixture
def stand(version) -> Stand:
    return Stand("Swift version 6.10.2 (swift-6.10.2-RELEASE)", version)


def test_spack_recipe_names_what_the_build_needs(stand, version, monkeypatch):
    recipe = stand.recipe("equilibria", monkeypatch)
    assert stand.versions == [version]
    assert stand.dependencies["swift"] == (f"swift@{needed_swift()}:", "build")
    # A package of scripts/setup that goes into the program is in Spack's recipe, and nothing else.
    assert set(set_up()) == set(AT_RUN_TIME)
    assert set(stand.dependencies) == {*IN_SPACK.values(), "swift"}
    assert recipe().url_for_version(version).endswith(f"/equilibria-{version}-sources.tar.gz")


def test_spack_recipe_builds_and_installs(stand, version, monkeypatch, tmp_path):
    package = stand.recipe("equilibria", monkeypatch)()
    library = {name: f"/spack/{name}" for name in ("mpich", "zlib-api", "bzip2", "xz", "libpng", "libjpeg-turbo", "metis")}
    spec = {
        name: SimpleNamespace(
            prefix=SimpleNamespace(include=f"{path}/include"), libs=SimpleNamespace(directories=[f"{path}/lib"])
        )
        for name, path in library.items()
    }
    prefix = SimpleNamespace(bin=tmp_path / "bin", share=tmp_path / "share")
    package.prefix, package.version = prefix, version
    package.install(spec, prefix)
    build, *installs = stand.steps
    assert build[:2] == ["swift", "build"]
    for path in library.values():
        assert f"-L{path}/lib" in build and build[build.index(f"{path}/lib") - 2] == "-rpath"
    assert "-I/spack/metis/include" in build
    assert ["install", ".build/release/equilibria", tmp_path / "bin"] in installs
    for step in installs:
        assert step[0] == "install" or (ROOT / step[1]).is_dir()
    package.check_version()
    package.version = "0.0.9"
    with pytest.raises(RuntimeError, match=re.escape(version)):
        package.check_version()


def test_spack_finds_swift(stand, monkeypatch):
    recipe = stand.recipe("swift", monkeypatch)
    assert recipe.determine_version("/opt/swift/usr/bin/swift") == "6.10.2"
    assert re.match(recipe.executables[0], "swift") and not re.match(recipe.executables[0], "swiftc")
    assert needed_swift() in stand.versions


# Environment modules


def test_modulefiles_have_the_programs_version(version):
    assert [path.name for path in TCL.iterdir()] == [version]
    assert [path.name for path in LMOD.iterdir()] == [f"{version}.lua"]


def changes(version: str) -> set[str]:
    """What both modulefiles do, one line each."""
    root = f"/opt/equilibria/{version}"
    return {
        "needs mpich",
        f"set EQUILIBRIA_ROOT {root}",
        f"prepend PATH {root}/bin",
        f"prepend LD_LIBRARY_PATH {root}/lib",
    }


@pytest.mark.skipif(not shutil.which("tclsh"), reason="tclsh is not installed")
def test_tcl_modulefile(job, version, tmp_path):
    path = TCL / version
    stand = f"""
proc module-whatis {{text}} {{}}
proc prereq {{name}} {{puts "needs $name"}}
proc setenv {{name value}} {{puts "set $name $value"}}
proc prepend-path {{name value}} {{puts "prepend $name $value"}}
set ModulesCurrentModulefile {path}
source {path}
"""
    (tmp_path / "stand.tcl").write_text(stand)
    result = job(None, tmp_path / "stand.tcl", command=["tclsh"]).succeeds()
    assert path.read_text().startswith("#%Module")
    assert set(result.stdout.splitlines()) == changes(version)


LUA = next((name for name in ("lua", "lua5.4", "lua5.3", "lua5.1", "luajit") if shutil.which(name)), None)


@pytest.mark.skipif(not LUA, reason="Lua is not installed")
def test_lmod_modulefile(job, version, tmp_path):
    stand = f"""
function myModuleVersion() return "{version}" end
function pathJoin(one, other) return one .. "/" .. other end
function whatis(text) end
function help(text) end
function depends_on(name) print("needs " .. name) end
function setenv(name, value) print("set " .. name .. " " .. value) end
function prepend_path(name, value) print("prepend " .. name .. " " .. value) end
dofile("{LMOD / version}.lua")
"""
    (tmp_path / "stand.lua").write_text(stand)
    result = job(None, tmp_path / "stand.lua", command=[LUA]).succeeds()
    assert set(result.stdout.splitlines()) == changes(version)


# The common binary interface of MPICH's family


@pytest.mark.skipif(not shutil.which("nm"), reason="nm is not installed")
def test_program_uses_only_functions_of_the_standard(job, program):
    """MPIX_ functions are outside the interface that MPICH, Intel MPI and Cray MPICH share."""
    found = job(None, "-D", program, command=["nm"]).succeeds().stdout
    names = re.findall(r" U (P?MPI\w*)", found)
    assert "MPI_Init_thread" in names
    assert not [name for name in names if not name.startswith("MPI_")]


@pytest.mark.skipif(not shutil.which("ldd"), reason="ldd is not installed")
def test_library_of_another_name(job, program, tmp_path):
    """A link under the name that the program asks for leads it to another library: here to the same one."""
    found = re.search(r"(libmpi\w*\.so\.12) => (\S+)", job(None, program, command=["ldd"]).succeeds().stdout)
    assert found, "the program asks for no libmpi.so.12 or libmpich.so.12"
    name, library = found.groups()
    (tmp_path / "lib").mkdir()
    (tmp_path / "elsewhere.so").symlink_to(Path(library).resolve())
    (tmp_path / "lib" / name).symlink_to(tmp_path / "elsewhere.so")
    paths = {"LD_LIBRARY_PATH": str(tmp_path / "lib")}
    assert f"{name} => {tmp_path / 'lib' / name}" in job(None, program, command=["ldd"], env=paths).stdout
    assert "2 ranks" in job(2, "doctor", env=paths).succeeds().stdout

-- Equilibria for Lmod. The file's name is the version.
-- Edit: where the program was installed (bin/, lib/, share/equilibria/), and the site's module of MPICH.
local root = pathJoin("/opt/equilibria", myModuleVersion())
local mpi = "mpich"

whatis("Name: Equilibria")
whatis("Version: " .. myModuleVersion())
whatis("Description: energy-based networks by equilibrium propagation, and Ising machines, on MPI ranks")
help([[Energy-based networks by equilibrium propagation, and Ising machines, on MPI ranks.
`equilibria doctor` shows which MPI it found. Job scripts: $EQUILIBRIA_ROOT/share/equilibria/deploy.]])

depends_on(mpi)
setenv("EQUILIBRIA_ROOT", root)
prepend_path("PATH", pathJoin(root, "bin"))
-- Holds the link libmpich.so.12 where the site's MPI has another name: docs/guide/cluster.md.
prepend_path("LD_LIBRARY_PATH", pathJoin(root, "lib"))

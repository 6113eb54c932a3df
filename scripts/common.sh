# What the scripts share. Source it: it changes to the project's root and defines the functions below.
# shellcheck shell=bash

set -euo pipefail
script=$(readlink -f "$0")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Options of every build that a script makes: one set of products serves the quick start and the tests. Kernels are tested as
# they are used, optimised; tests see the inside of modules, which costs a few per cent at most.
# shellcheck disable=SC2034
build_options=(-c release -Xswiftc -enable-testing)

say() { printf '==> %s\n' "$*"; }

fail() {
  printf 'Error: %s\n' "$*" >&2
  exit 1
}

# The comment block at the top of the script that runs, without its shebang, as its help.
print_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$script"; }

# MPICH's launcher: where several MPIs are installed, `mpirun` may be that of another.
mpich_launcher() {
  local launcher
  for launcher in mpirun.mpich mpiexec.hydra mpirun; do
    if command -v "$launcher" > /dev/null && [[ "$("$launcher" --version 2> /dev/null)" == *HYDRA* ]]; then
      echo "$launcher"
      return
    fi
  done
  fail "no launcher of MPICH found (mpirun.mpich, mpiexec.hydra, mpirun); run scripts/setup"
}

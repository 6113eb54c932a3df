# What the job scripts share: the program, its surroundings, and what happens when the time limit comes near. Sourced by them from
# the project's root.
#
# equilibria=PROGRAM in the environment names another program; by default it is the build in this folder, or the one on PATH.
# shellcheck shell=bash

set -uo pipefail

if [[ -z ${equilibria:-} ]]; then
  equilibria=.build/release/equilibria
  [[ -x $equilibria ]] || equilibria=$(command -v equilibria) || {
    echo "Error: no program .build/release/equilibria in $PWD, and no equilibria on PATH" >&2
    exit 1
  }
fi

# One rank per core: no library may start threads.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
# MPICH: the program prints each error once, and UCX prints no backtrace for a rank that the batch system ends.
export MPIR_CVAR_SUPPRESS_ABORT_MESSAGE=1 UCX_ERROR_SIGNALS=""

limit_is_near=no
process=

# run_until_limit SIGNALLER COMMAND…: runs the command; when this script gets SIGUSR1 the SIGNALLER passes it on. The command's exit
# code is in $code.
run_until_limit() {
  local signaller=$1 interrupted=yes
  shift
  code=255
  trap 'limit_is_near=yes; interrupted=yes; echo "the time limit is near: stopping"; "$signaller"' USR1
  # A shell looks at signals only while it waits, so the command runs in the background.
  "$@" &
  process=$!
  # A signal ends the wait with a code above 128, not the command.
  while [[ $interrupted == yes && $code -gt 128 ]]; do
    interrupted=no
    wait "$process"
    code=$?
  done
  trap - USR1
}

signal_launcher() { kill -USR1 "$process"; }

# Whether the run folder holds a complete training. `train` exits with code 75 when it was stopped, but launchers may change that: srun
# where it has killed a rank, and mpirun with a single rank.
training_is_complete() { grep -qs ',test,' "$1/metrics.csv"; }

# goes_on COMMAND…: whether the job is to be started again: the limit stopped it, not an error or its owner, and the COMMAND says that
# there is more to do.
goes_on() { [[ $limit_is_near == yes ]] && ! "$@"; }

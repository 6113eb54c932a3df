# What the Slurm scripts share. Sourced by them from the project's root.
# shellcheck shell=bash disable=SC2154

source deploy/batch.sh

# A requeued job finds the lock of its last start, which is dead, since Slurm runs one start of a job at a time. The program recognises it
# by these words.
export EQUILIBRIA_BATCH_JOB="slurm-$SLURM_JOB_ID/${SLURM_RESTART_COUNT:-0}"
# MPICH speaks PMI2, whatever the cluster's default.
export SLURM_MPI_TYPE=pmi2

# srun itself does not pass the signal to the ranks.
signal_steps() { scancel --signal=USR1 "$SLURM_JOB_ID"; }

echo "job $SLURM_JOB_ID, start $((${SLURM_RESTART_COUNT:-0} + 1)), $(date '+%F %T'): $SLURM_NTASKS ranks on $SLURM_JOB_NODELIST"

# A job that was killed leaves its lock behind, and another job cannot know that it is dead. Slurm can.
remove_lock_of_ended_job() {
  local holder
  holder=$(sed -n 's/.*"batchJob":"slurm-\([0-9]*\)\\*\/.*/\1/p' "$1/lock" 2> /dev/null)
  [[ -n $holder && $holder != "$SLURM_JOB_ID" ]] || return 0
  if [[ -z $(squeue -h -j "$holder" 2> /dev/null) ]]; then
    echo "the lock of job $holder, which has ended, was removed"
    rm -f "$1/lock"
  fi
}

# finish COMMAND…: ends the job script; the job is requeued if the limit came before the COMMAND says that all is done.
finish() {
  if goes_on "$@"; then
    echo "requeued"
    scontrol requeue "$SLURM_JOB_ID"
  fi
  exit "$code"
}

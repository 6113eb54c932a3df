#!/usr/bin/env bash
# A training on machines without a batch system, by MPICH's launcher and ssh. Edit the three lines below "Edit", then, from the
# project's root, which all hosts must see under the same path:
#
#   deploy/train.sh
#
# A job that dies, for example because a host fails, is restarted from its last checkpoint, at most five times in a row without a new
# checkpoint; remove a dead host from the list. Ctrl-C writes a checkpoint and ends the job; the same command resumes it.
#
# Edit:
hosts=deploy/hosts
config=configs/cifar10-large.yaml
run=runs/cifar10-large

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
source deploy/batch.sh

# The hosts' cores: "node1:16" is a host with 16.
ranks=$(sed 's/#.*//' "$hosts" | awk -F: 'NF { ranks += $2 ? $2 : 1 } END { print ranks + 0 }')
if [[ $ranks -eq 0 ]]; then
  echo "Error: $hosts: no hosts; expected lines such as node1:16" >&2
  exit 1
fi

job=$(hostname)-$$
start=0
tries=0
newest() { find "$run/checkpoints" -name 'step-*' 2> /dev/null | sort | tail -n 1; }

while [[ $tries -lt 5 ]]; do
  before=$(newest)
  start=$((start + 1))
  # A start of this script that died may have left its lock on another host.
  export EQUILIBRIA_BATCH_JOB="$job/$start"
  echo "start $start, $(date '+%F %T'): $ranks ranks"
  run_until_limit signal_launcher mpirun -f "$hosts" -n "$ranks" -bind-to core \
    "$equilibria" train "$config" --run-dir "$run" --resume
  # Done, refused with a message that starting again does not change (64 to 71, 76, 77), or stopped by someone (75, 130).
  [[ ! $code =~ ^(0|6[45]|7[01567]|130)$ ]] || exit "$code"
  tries=$((tries + 1))
  [[ "$(newest)" == "$before" ]] || tries=0
  echo "ended with code $code; starting again"
  sleep 5
done
echo "Error: five starts in a row made no new checkpoint" >&2
exit "$code"

# Slurm on the hosts of scripts/virtual-cluster: munge, one controller on the machine itself, one slurmd a host. Source
# virtual-hosts.sh first.
#
# In $state lie `slurm.conf` and, below `slurm/`, keys, logs, spool folders and process numbers.
# shellcheck shell=bash disable=SC2154

require_slurm() {
  [[ -e $state/slurm.conf ]] || fail "the cluster $name has no Slurm; make it with \`up --slurm\`"
  export SLURM_CONF=$state/slurm.conf
}

write_slurm_configuration() {
  local host
  cat > "$state/slurm.conf" << END
ClusterName=$name
SlurmctldHost=$(hostname -s)($(cat "$state/address"))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A requeued job waits until the credential of its last start has expired: 2 minutes by default. A start that takes longer fails, so
# that it must not be too short on a busy machine.
AuthInfo=socket=$state/slurm/munge.socket,cred_expire=30
CredType=cred/munge
MpiDefault=pmi2
ProctrackType=proctrack/pgid
# The hosts have the same cores: bound to the first core of its host, each rank would get the same one.
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_interval=2
ReturnToService=2
SlurmdParameters=config_overrides
SlurmdTimeout=60
KillWait=5
StateSaveLocation=$state/slurm/controller
SlurmctldLogFile=$state/slurm/controller.log
SlurmctldPidFile=$state/slurm/controller.pid
SlurmdSpoolDir=$state/slurm/%n
SlurmdLogFile=$state/slurm/%n.log
SlurmdPidFile=$state/slurm/%n.pid
END
  for host in $(host_names); do
    echo "NodeName=$host NodeAddr=$(cat "$state/hosts.d/$host") CPUs=$cpus State=UNKNOWN"
  done >> "$state/slurm.conf"
  echo "PartitionName=main Nodes=$(host_names | paste -sd ,) Default=YES MaxTime=INFINITE State=UP" >> "$state/slurm.conf"
}

start_slurm() {
  local host key=$state/slurm/munge.key
  chmod 755 "$state"
  mkdir -p "$state/slurm/controller"
  (umask 077 && head -c 64 /dev/urandom > "$key")
  munged --key-file="$key" --socket="$state/slurm/munge.socket" --pid-file="$state/slurm/munge.pid" \
    --log-file="$state/slurm/munge.log" --seed-file="$state/slurm/munge.seed" \
    || fail "munged does not start: $(tail -n 3 "$state/slurm/munge.log")"
  write_slurm_configuration
  export SLURM_CONF=$state/slurm.conf
  slurmctld -f "$SLURM_CONF" || fail "slurmctld does not start: $(tail -n 3 "$state/slurm/controller.log")"
  for host in $(host_names); do
    mkdir -p "$state/slurm/$host"
    "$state/enter" "$host" slurmd -N "$host" -f "$SLURM_CONF" || fail "slurmd does not start on $host: see $state/slurm/$host.log"
  done
  await_nodes
}

# Nodes are idle once each slurmd has registered.
await_nodes() {
  local limit=$((SECONDS + 120))
  while [[ $SECONDS -lt $limit ]]; do
    [[ $(sinfo -h -N -t idle -o %N 2> /dev/null | sort -u | wc -l) -lt $hosts ]] || return 0
    sleep 0.2
  done
  sinfo -N || true
  fail "not all nodes of Slurm are ready after 120 s; the logs are in $state/slurm"
}

stop_slurm() {
  local file processes=()
  for file in "$state"/slurm/*.pid; do
    [[ ! -e $file ]] || processes+=("$(cat "$file")")
  done
  end_processes "${processes[@]}"
}

# The hosts of scripts/virtual-cluster: namespaces, links, and mpirun across them. Source common.sh first.
#
# Reads $name, $state, $hosts, $rate, $delay and $loss. In $state lie `hosts.d/HOST` (a host's address), `address` (that of the
# machine itself), `hosts` (their /etc/hosts), `enter` (runs a command on a host), `rsh` (the same, called as ssh is), `link` (the
# program that carries the frames, with its number in `link.pid`) and `figures` (of the links, and which hosts are unplugged).
# shellcheck shell=bash disable=SC2154

require_tools() {
  local tool
  for tool in "$@"; do
    command -v "$tool" > /dev/null \
      || fail "\`$tool\` is missing; scripts/virtual-cluster install$([[ $slurm == no ]] || echo ' --slurm') gets it"
  done
}

install_missing() {
  local package missing=()
  for package in "$@"; do
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null)" == installed ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get > /dev/null || fail "no apt-get on this system; install ${missing[*]} by hand"
  say "installing: ${missing[*]}"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } < /dev/null \
    || fail "apt-get could not install: ${missing[*]}. Its messages are above."
}

host_names() { (cd "$state/hosts.d" && printf '%s\n' *) | sort -V; }

# The first three numbers of a network that no link of this machine uses, and no other cluster that is just being made.
free_network() {
  local number used
  used=$(ip -4 -o address; cat "${state%/*}"/*/address 2> /dev/null || true)
  for number in $(seq 10 250); do
    if ! grep -qwF "10.77.$number" <<< "$used"; then
      echo "10.77.$number"
      return
    fi
  done
  fail "all networks 10.77.10 to 10.77.250 are in use on this machine"
}

make_hosts() {
  local network index host names=()
  network=$(free_network)
  mkdir -p "$state/hosts.d"
  echo "$network.254" > "$state/address"
  printf '127.0.0.1 localhost\n%s.254 %s\n' "$network" "$(hostname)" > "$state/hosts"
  for index in $(seq "$hosts"); do
    host=$name$index
    names+=("$host")
    echo "$network.$index" > "$state/hosts.d/$host"
    echo "$network.$index $host" >> "$state/hosts"
  done
  lay_links "${names[@]}"
  ip address add "$network.254/24" dev "$name-own"
  ip link set "$name-own" up
  for host in "${names[@]}"; do make_host "$host"; done
  write_enter
}

# One process carries the frames of all links; it makes their devices.
lay_links() {
  local limit=$((SECONDS + 10))
  cc -O2 -o "$state/link" scripts/virtual-link.c || fail "scripts/virtual-link.c cannot be compiled; the compiler's message is above"
  write_figures
  setsid "$state/link" "$state/figures" "$name-own" "$@" > "$state/link.log" 2>&1 < /dev/null &
  echo $! > "$state/link.pid"
  while [[ $SECONDS -lt $limit ]]; do
    # The last one that is made.
    [[ ! -e /sys/class/net/${*: -1}-t ]] || return 0
    kill -0 "$(cat "$state/link.pid")" 2> /dev/null || break
    sleep 0.1
  done
  fail "no links: $(cat "$state/link.log")"
}

write_figures() {
  {
    echo "rate=$rate delay=$delay loss=$loss"
    grep -s '^unplugged=' "$state/figures" || true
  } > "$state/figures.new"
  "$state/link" "$state/figures.new" || fail "the links cannot have rate \`$rate\`, delay \`$delay\` and loss \`$loss\`"
  mv "$state/figures.new" "$state/figures"
}

make_host() {
  local host=$1
  ip netns add "$host"
  ip link set "$host-t" netns "$host" name eth0
  ip -n "$host" link set lo up
  ip -n "$host" address add "$(cat "$state/hosts.d/$host")/24" dev eth0
  ip -n "$host" link set eth0 up
}

# A host has its own name, shared memory, list of hosts, and view of the links; what is mounted for it nobody else sees.
write_enter() {
  mkdir -p "$state/cgroup"
  cat > "$state/enter" << END
#!/bin/sh
host=\$1
shift
exec nsenter --net="/run/netns/\$host" unshare --uts --ipc --mount --propagation private sh -c '
  set -e
  hostname "\$0"
  mount -t tmpfs shm /dev/shm
  mount --bind $state/hosts /etc/hosts
  mount --rbind /sys/fs/cgroup $state/cgroup
  mount -t sysfs sysfs /sys
  mount --rbind $state/cgroup /sys/fs/cgroup
  exec "\$@"' "\$host" "\$@"
END
  # A launcher passes options of ssh, the host, and words for the host's shell.
  cat > "$state/rsh" << END
#!/bin/sh
while [ "\${1#-}" != "\$1" ]; do shift; done
host=\$1
shift
exec $state/enter "\$host" sh -c "\$*"
END
  chmod +x "$state/enter" "$state/rsh"
}

shape_links() {
  write_figures
  kill -HUP "$(cat "$state/link.pid")"
}

# plug HOST down|up
plug() {
  sed -i "/^unplugged=$1$/d" "$state/figures"
  [[ $2 == up ]] || echo "unplugged=$1" >> "$state/figures"
  kill -HUP "$(cat "$state/link.pid")"
}

# MPICH's launcher starts its proxies through $state/rsh. UCX must be told to stay off the memory that the hosts have in common, and
# to send messages of any length at once: its hand-shake for long ones goes on only while both ranks are inside MPI.
run_ranks() {
  local each=1 ranks="" variables=()
  while [[ ${1:-} == -* ]]; do
    case $1 in
      --ppn) each=${2:-}; shift 2 ;;
      -n) ranks=${2:-}; shift 2 ;;
      -genv) variables+=(-genv "${2:-}" "${3:-}"); shift 3 ;;
      *) fail "unknown option \`$1\` of run; see scripts/virtual-cluster --help" ;;
    esac || fail "run: an option lacks its value"
  done
  [[ $# -gt 0 ]] || fail "run needs a program"
  local launcher list
  launcher=$(mpich_launcher)
  list=$(host_names | paste -sd ,)
  : "${ranks:=$(($(host_names | wc -l) * each))}"
  exec "$launcher" -launcher ssh -launcher-exec "$state/rsh" -localhost "$(cat "$state/address")" -hosts "$list" -ppn "$each" \
    -n "$ranks" -genv UCX_TLS tcp,self -genv UCX_NET_DEVICES eth0 -genv UCX_RNDV_THRESH inf -genv UCX_TCP_TX_SEG_SIZE 256k \
    -genv UCX_TCP_RX_SEG_SIZE 256k "${variables[@]}" "$@"
}

show_status() {
  local host
  for host in $(host_names); do
    echo "$host  $(cat "$state/hosts.d/$host")  link $(grep -qx "unplugged=$host" "$state/figures" && echo down || echo up)"
  done
  echo "every link: $(head -n 1 "$state/figures")"
  [[ ! -e $state/slurm.conf ]] || SLURM_CONF=$state/slurm.conf sinfo
}

# Ends processes by number and waits for them; what ignores the first signal gets one that nobody can.
end_processes() {
  local signal round
  for signal in TERM KILL; do
    for round in {1..20}; do
      living=()
      for process in "$@"; do ! kill -0 "$process" 2> /dev/null || living+=("$process"); done
      [[ ${#living[@]} -gt 0 ]] || return 0
      [[ $round -gt 1 ]] || kill -s "$signal" "${living[@]}" 2> /dev/null || true
      sleep 0.1
    done
  done
}

remove_cluster() {
  local host processes
  trap - EXIT
  [[ ! -e $state/slurm.conf ]] || stop_slurm
  for host in $(host_names); do
    mapfile -t processes < <(ip netns pids "$host" 2> /dev/null)
    end_processes "${processes[@]}"
    ip netns delete "$host" 2> /dev/null || true
  done
  # The devices go with the process that made them.
  [[ ! -e $state/link.pid ]] || end_processes "$(cat "$state/link.pid")"
  rm -rf "$state"
}

# What the suites share that test the program `equilibria` from outside. Source common.sh first.
#
# The program is .build/release/equilibria, or what EQUILIBRIA names; nothing is built. Each suite works in a new folder $folder.
# shellcheck shell=bash

equilibria=$(readlink -m "${EQUILIBRIA:-.build/release/equilibria}")
[[ -x $equilibria ]] \
  || fail "there is no program $equilibria; run \`swift build -c release --product equilibria\`, or name it in EQUILIBRIA"
launcher=$(mpich_launcher)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
output=$folder/output
good=0
bad=0
# A crash is a failure by itself; its backtrace would take seconds.
export SWIFT_BACKTRACE=enable=no

# all_cases: whether the long forms of suites are wanted (scripts/test --all), in which every case runs on every number of ranks.
all_cases() { [[ -n ${EQUILIBRIA_ALL_CASES:-} ]]; }

pass() { good=$((good + 1)); }

# miss WHAT: counts a failure, and shows the end of the last job's output.
miss() {
  bad=$((bad + 1))
  echo "FAILED  $*"
  tail -n 20 "$output" | cut -c 1-400 | sed 's/^/    | /'
}

# check WHAT COMMAND…: the command succeeds.
check() { if "${@:2}"; then pass; else miss "$1"; fi; }

# one ARGUMENT…: the program without a launcher; its output is in $output, its exit status in $status.
one() {
  status=0
  timeout --kill-after=10 120 "$equilibria" "$@" > "$output" 2>&1 < /dev/null || status=$?
}

# job RANKS ARGUMENT…: the same under the launcher.
job() {
  status=0
  timeout --kill-after=10 120 "$launcher" -n "$1" "$equilibria" "${@:2}" > "$output" 2>&1 < /dev/null || status=$?
}

# says STATUS WORD…: the last job ended with this status, its output has all the words, and no rank crashed.
says() {
  local wanted=$1 word
  shift
  [[ $status -eq $wanted ]] || return 1
  for word in "$@"; do grep -qF -- "$word" "$output" || return 1; done
  ! grep -qE 'Fatal error|Stack dump|Segmentation' "$output"
}

# refuses WHAT WORD…: the last job ended with an error's status and exactly one message, which has all the words.
refuses() {
  local what=$1 messages
  shift
  messages=$(grep -oiE '\berror( on rank [0-9]+ of [0-9]+[^:]*)?: ' "$output" | wc -l)
  if ! says 70 "$@"; then
    miss "$what: status $status, expected 70 and the words: $(printf '`%s` ' "$@")"
  elif [[ $messages -ne 1 ]]; then
    miss "$what: $messages error messages, expected 1"
  else
    pass
  fi
}

# figures FOLDER: metrics.csv without what depends on the time: the columns time and samplesPerSecond, and rows by interval.
figures() { grep -v ',interval,' "$1/metrics.csv" | cut -d , -f 2-10; }

# same FOLDER FOLDER: both runs end with the same checkpoint, byte by byte, have the same best one and all others that both kept (which
# depends on the clock, if checkpoints are written by time), and the same figures.
same() {
  local one=$1/checkpoints other=$2/checkpoints file
  [[ -n $(ls "$one") && $(ls "$one" | tail -n 1) == "$(ls "$other" | tail -n 1)" ]] \
    || { echo "other checkpoints: $(ls "$one" "$other")" > "$output"; return 1; }
  for file in "$one"/*; do
    [[ -e $other/${file##*/} || $file == "$one"/step-* ]] || { echo "$other/${file##*/} is missing" > "$output"; return 1; }
    [[ ! -e $other/${file##*/} ]] || cmp "$file" "$other/${file##*/}" > "$output" 2>&1 || return 1
  done
  diff <(figures "$1") <(figures "$2") > "$output" 2>&1
}

# The last line of a suite, and its exit status.
conclude() {
  echo "$good passed, $bad failed"
  [[ $bad -eq 0 ]]
}

# Counting of test results, for scripts/test. Source common.sh first.
# shellcheck shell=bash

passed=0
failed=0
skipped=0

# record NAME STATUS SECONDS PASSED FAILED SKIPPED: adds one group's tests. A group that fails without a failed test (a crash), or that
# ran none, counts as one failure.
record() {
  local name=$1 status=$2 seconds=$3 good=$4 bad=$5 left=$6
  if [[ $bad -eq 0 && ($status -ne 0 || $good -eq 0) ]]; then
    bad=1
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  skipped=$((skipped + left))
  say "$name: $good passed, $bad failed, $left skipped (exit status $status, $seconds s)"
}

# record_swift NAME STATUS SECONDS LOG: adds what `swift test` printed. Only Swift Testing's lines of single tests count, not those of suites
# and of the whole run. What is skipped counts where the test says why, other than that it runs in a job of its own.
record_swift() {
  local line='^[^ ]+ +Test .*' whole='^[^ ]+ +Test run with ' good bad left
  good=$(grep -E "$line passed after [0-9.]+ seconds" "$4" | grep -cvE "$whole" || true)
  bad=$(grep -E "$line failed after [0-9.]+ seconds" "$4" | grep -cvE "$whole" || true)
  left=$(grep -E "$line skipped: " "$4" | grep -cvF 'skipped: "needs mpirun"' || true)
  record "$1" "$2" "$3" "$good" "$bad" "$left"
}

# record_script NAME STATUS SECONDS LOG: adds the last line `N passed, N failed` or `N passed, N failed, N skipped` of a program; one
# without such a line is one test.
record_script() {
  local line good bad left=0
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$4" | tail -n 1 || true)
  if [[ -n $line ]]; then
    read -r good _ bad _ left _ <<< "${line//,/ }"
  else
    good=$(($2 == 0))
    bad=$(($2 != 0))
  fi
  record "$1" "$2" "$3" "$good" "$bad" "${left:-0}"
}

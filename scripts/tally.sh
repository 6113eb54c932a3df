# Counting of test results, for scripts/test. Source common.sh first.
# shellcheck shell=bash

passed=0
failed=0

# record NAME STATUS SECONDS PASSED FAILED: adds one group's tests. A group that fails without a failed test (a crash), or that ran none,
# counts as one failure.
record() {
  local name=$1 status=$2 seconds=$3 good=$4 bad=$5
  if [[ $bad -eq 0 && ($status -ne 0 || $good -eq 0) ]]; then
    bad=1
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  say "$name: $good passed, $bad failed (exit status $status, $seconds s)"
}

# record_swift NAME STATUS SECONDS LOG: adds what `swift test` printed. Only Swift Testing's lines of single tests count, not those of suites
# and of the whole run.
record_swift() {
  local line='^[^ ]+ +Test .*' whole='^[^ ]+ +Test run with ' good bad
  good=$(grep -E "$line passed after [0-9.]+ seconds" "$4" | grep -cvE "$whole" || true)
  bad=$(grep -E "$line failed after [0-9.]+ seconds" "$4" | grep -cvE "$whole" || true)
  record "$1" "$2" "$3" "$good" "$bad"
}

# record_script NAME STATUS SECONDS LOG: adds the last line `N passed, N failed` of a program; a program without one is one test.
record_script() {
  local line good bad
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$4" | tail -n 1 || true)
  if [[ -n $line ]]; then
    read -r good _ bad _ <<< "$line"
  else
    good=$(($2 == 0))
    bad=$(($2 != 0))
  fi
  record "$1" "$2" "$3" "$good" "$bad"
}

# Adds up what the runners say. To be sourced.

passed=0 failed=0 skipped=0

# count_run LOG STATUS: adds the totals lines of one `dotnet test` run. A run that ends badly without having reported a
# failure (a crash, a hang, a build error) counts as one failed.
count_run() {
  local log=$1 status=$2 sums
  sums=$(awk '/^(Passed|Failed|Skipped)! +- Failed: / {
      lines++
      for (i = 1; i < NF; i++) {
        if ($i == "Failed:") failed += $(i + 1)
        if ($i == "Passed:") passed += $(i + 1)
        if ($i == "Skipped:") skipped += $(i + 1)
      }
    } END { print passed + 0, failed + 0, skipped + 0, lines + 0 }' "$log")
  local run_passed run_failed run_skipped lines
  read -r run_passed run_failed run_skipped lines <<<"$sums"
  if { [ "$status" != 0 ] && [ "$run_failed" = 0 ]; } || [ "$lines" = 0 ]; then
    run_failed=$((run_failed + 1))
    echo "  the runner ended with status $status and reported $lines totals lines: counted as one failed"
  fi
  passed=$((passed + run_passed)) failed=$((failed + run_failed)) skipped=$((skipped + run_skipped))
}

# count_program LOG STATUS: a program that is one test by itself.
count_program() {
  if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# count_vitest LOG STATUS: adds the line `Tests  1 failed | 5 passed | 2 skipped (8)`; without one, or with a bad end and no
# failure, counts one failed.
count_vitest() {
  local log=$1 status=$2 run_passed run_failed run_skipped
  read -r run_passed run_failed run_skipped < <(awk '$1 == "Tests" {
      for (i = 2; i < NF; i++) {
        if ($(i + 1) ~ /^passed/) passed = $i
        if ($(i + 1) ~ /^failed/) failed = $i
        if ($(i + 1) ~ /^skipped/) skipped = $i
      }
    } END { print passed + 0, failed + 0, skipped + 0 }' "$log")
  if { [ "$status" != 0 ] && [ "$run_failed" = 0 ]; } || [ "$((run_passed + run_failed))" = 0 ]; then run_failed=$((run_failed + 1)); fi
  passed=$((passed + run_passed)) failed=$((failed + run_failed)) skipped=$((skipped + run_skipped))
}

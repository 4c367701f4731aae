# Runs programs beside each other, each with a log of its own, and counts what they report. To be sourced after
# totals.sh; the caller sets $work, the folder of the logs.

declare -A job_name=() job_count=()

# start_job COUNT NAME SECONDS PROGRAM…: COUNT is the function of totals.sh that reads the log when the program is over.
# timeout gives the program a process group of its own and signals all of it, so nothing outlives its time.
start_job() {
  local count=$1 name=$2 seconds=$3
  shift 3
  timeout -k 15 "$seconds" "$@" >"$work/$name.log" 2>&1 </dev/null &
  job_name[$!]=$name job_count[$!]=$count
}

# wait_for_room N: returns when fewer than N jobs run.
wait_for_room() {
  local pid status name log
  while [ "${#job_name[@]}" -ge "$1" ]; do
    wait -n -p pid "${!job_name[@]}"
    status=$?
    name=${job_name[$pid]} log=$work/${job_name[$pid]}.log
    if [ "$status" = 0 ]; then tail -n 1 "$log"; else echo "-- $name ended with status $status"; tail -n 150 "$log"; fi
    "${job_count[$pid]}" "$log" "$status"
    unset "job_name[$pid]" "job_count[$pid]"
  done
}

stop_jobs() {
  [ "${#job_name[@]}" = 0 ] || kill "${!job_name[@]}" 2>/dev/null
  wait
}

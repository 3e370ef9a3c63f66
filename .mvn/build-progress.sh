# Sourced by bookbell (POSIX sh): builds with Maven and tells on standard error what it is doing and how far it is. On a
# terminal one line is written over and over; elsewhere there is a line for each step, and now and then one that says that it
# goes on.

progress_every=${BOOKBELL_PROGRESS_SECONDS-20} # where standard error is no terminal

# progress_step LOG: what Maven is doing, from what it has printed so far.
progress_step() {
  if [ ! -s "$1" ]; then
    echo "fetching Maven"
    return
  fi
  awk '
    /^(\[INFO\] )?Download(ed|ing) from / { if ($0 ~ /Downloaded from /) fetched++; step = "fetching" }
    /^\[INFO\] Building Bookbell/ { module = $4; sub(/:$/, "", module) }
    /^\[INFO\] --- / {
      goal = $3
      if (goal ~ /^compiler:/) step = "compiling " module (module == "server" ? " (the longest step, up to a few minutes)" : "")
      else if (goal ~ /^jar:|^dependency:/) step = "packing " module
      else step = "checking " module
    }
    END {
      if (step == "fetching") print "fetching libraries (" fetched + 0 " files so far)"
      else if (step == "") print "reading the project"
      else print step
    }' "$1"
}

# progress_say SECONDS TEXT
progress_say() {
  if [ -t 2 ]; then
    printf '\r\033[K%4d s  %s' "$1" "$2" >&2
  else
    printf '%4d s  %s\n' "$1" "$2" >&2
  fi
}

# build_with_progress HOME LOG: whether the build went well. What Maven says goes to the log.
build_with_progress() {
  echo "Building Bookbell; the first time everything it needs is fetched, which takes some minutes." >&2
  rm -f "$2"
  (: >"$2") || return 1
  (cd "$1" && exec ./mvnw -B -DskipTests -Dstyle.color=never package -pl server -am) >"$2" 2>&1 </dev/null &
  progress_maven=$!
  trap 'kill "$progress_maven" 2>/dev/null; exit 130' INT
  trap 'kill "$progress_maven" 2>/dev/null; exit 143' TERM
  progress_started=$(date +%s)
  progress_told='' progress_told_at=0
  while kill -0 "$progress_maven" 2>/dev/null; do
    progress_now=$(($(date +%s) - progress_started))
    progress_text=$(progress_step "$2")
    progress_kind=${progress_text%% (*}
    if [ -t 2 ] || [ "$progress_kind" != "$progress_told" ] || [ $((progress_now - progress_told_at)) -ge "$progress_every" ]; then
      progress_say "$progress_now" "$progress_text"
      progress_told=$progress_kind progress_told_at=$progress_now
    fi
    sleep 1
  done
  progress_result=0
  wait "$progress_maven" || progress_result=$?
  trap - INT TERM
  progress_now=$(($(date +%s) - progress_started))
  if [ "$progress_result" -eq 0 ]; then
    progress_say "$progress_now" "built"
    if [ -t 2 ]; then echo >&2; fi
    return 0
  fi
  progress_say "$progress_now" "Bookbell could not be built:"
  if [ -t 2 ]; then echo >&2; fi
  { grep '^\[ERROR\]' "$2" || tail -n 3 "$2"; } | head -n 5 >&2
  echo "Everything that Maven said is in $2" >&2
  return 1
}

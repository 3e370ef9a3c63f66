# Sourced by mvnw and bookbell (POSIX sh, globbing on): leaves JAVA_HOME pointing at a JDK that can build and run Bookbell,
# or says what to install and exits. A fitting JAVA_HOME wins; otherwise the oldest that is new enough, so that a preview
# of the next Java does not displace the one that Bookbell is built with.
# It also leaves a locale in UTF-8. Java reads the names of files and the command line in the locale's characters, so in
# another one neither Maven nor Bookbell can work in a folder such as “père”.
# jdk_tool: the program that must be there besides java; where nothing is built, java itself.
# BOOKBELL_JDK_PLACES: patterns of JDK folders, joined with colons, searched instead of the usual ones.

case "$(locale charmap 2>/dev/null)" in
  UTF-8 | utf-8) ;;
  *) export LC_ALL=C.UTF-8 ;;
esac

jdk_needed=25

# jdk_major FOLDER: prints the major version of the JDK there; nothing when there is none.
jdk_major() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/${jdk_tool-javac}" ] || return 0
  if [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'
  fi
}

jdk_usual_places() {
  for pattern in \
    '/usr/lib/jvm/*' '/usr/lib64/jvm/*' '/usr/java/*' '/opt/java/*' '/opt/*jdk*' '/opt/*jvm*/*' '/usr/local/*jdk*' \
    "${HOME:-/nowhere}/.sdkman/candidates/java/*" "${HOME:-/nowhere}/.jdks/*" "${HOME:-/nowhere}/.asdf/installs/java/*" \
    "${HOME:-/nowhere}/.local/share/mise/installs/java/*" "${HOME:-/nowhere}/.jabba/jdk/*" "${HOME:-/nowhere}/.gradle/jdks/*" \
    '/Library/Java/JavaVirtualMachines/*/Contents/Home' "${HOME:-/nowhere}/Library/Java/JavaVirtualMachines/*/Contents/Home" \
    '/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home' '/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home' \
    '/home/linuxbrew/.linuxbrew/opt/openjdk*/libexec'; do
    printf '%s:' "$pattern"
  done
}

# jdk_on_path: prints the home of the java that the shell finds.
jdk_on_path() {
  command -v java >/dev/null 2>&1 || return 0
  java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p'
}

# jdk_consider FOLDER: takes the JDK there if it is new enough and older than what was found before.
jdk_consider() {
  jdk_found_major=$(jdk_major "$1") || jdk_found_major=
  if [ "${jdk_found_major:-0}" -ge "$jdk_needed" ] && [ "$jdk_found_major" -lt "$jdk_best_major" ]; then
    jdk_best=$1
    jdk_best_major=$jdk_found_major
  fi
}

jdk_choose() {
  jdk_best= jdk_best_major=1000
  if [ -n "${JAVA_HOME:-}" ]; then
    jdk_consider "$JAVA_HOME"
    [ -z "$jdk_best" ] || return 0
  fi
  jdk_ifs=$IFS
  IFS=:
  for jdk_folder in ${BOOKBELL_JDK_PLACES-$(jdk_usual_places)}; do
    IFS=$jdk_ifs
    jdk_consider "$jdk_folder"
    [ "$jdk_best_major" -ne "$jdk_needed" ] || return 0
  done
  IFS=$jdk_ifs
  [ -n "$jdk_best" ] || jdk_consider "$(jdk_on_path)"
}

jdk_choose
if [ -z "$jdk_best" ]; then
  echo "Bookbell needs a JDK $jdk_needed or newer and found none: install one (Debian/Ubuntu: apt install openjdk-$jdk_needed-jdk, macOS: brew install openjdk@$jdk_needed, or https://adoptium.net), or set JAVA_HOME to it." >&2
  exit 1
fi
JAVA_HOME=$jdk_best
export JAVA_HOME

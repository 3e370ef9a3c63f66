# Sourced by the scripts in this folder, which set bookbell_home first.

. "$bookbell_home/.mvn/find-jdk.sh"
set -eu

# build OPTIONS: builds the jars of the server and the benchmarks.
build() {
  (cd "$bookbell_home" && ./mvnw -q -DskipTests package -pl server,bench -am "$@") >&2
}

# measure CLASS ARGUMENTS: replaces the script by a benchmark (exec).
measure() {
  class=$1
  shift
  exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
    -cp "$bookbell_home/bench/target/bench.jar" "io.bookbell.bench.$class" "$@"
}

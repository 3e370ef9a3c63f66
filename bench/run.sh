# Read by the scripts beside it, which have set bookbell_home.

. "$bookbell_home/.mvn/find-jdk.sh"
set -eu

# build OPTIONS: makes the server's and the benchmarks' jars.
build() {
  (cd "$bookbell_home" && ./mvnw -q -DskipTests package -pl server,bench -am "$@") >&2
}

# measure CLASS ARGUMENTS: the end of a script.
measure() {
  class=$1
  shift
  exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
    -cp "$bookbell_home/bench/target/bench.jar" "io.bookbell.bench.$class" "$@"
}

package io.bookbell.bench.commits;

/**
 * CPU time used so far, in µs.
 *
 * @param server the server's process, without {@code compiler}
 * @param compiler the threads of Java's compilers in that process
 * @param database all processes of the server's PostgreSQL; 0 on SQLite, which is in the server
 */
record CpuTime(long server, long compiler, long database) {
  CpuTime since(CpuTime before) {
    return new CpuTime(
        server - before.server, compiler - before.compiler, database - before.database);
  }
}

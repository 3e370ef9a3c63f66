package io.bookbell.server;

import io.bookbell.server.backup.Restore;
import io.bookbell.server.config.Config;
import io.bookbell.server.storage.StoredData;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bookbell restore}. */
@Command(
    name = "restore",
    description = {
      "Replaces what the database holds with a backup; no server may be using it.",
      "Everyone has to sign in again."
    },
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "A file written by bookbell backup.")
  private Path file;

  @Option(names = "--replace", description = "Replaces a database that has accounts.")
  private boolean replace;

  private final Surroundings around;

  RestoreCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    Config config = around.config();
    Path source = around.at(file);
    Restore.check(source); // before there is a database that would have to stay empty
    long rows;
    try (var data = StoredData.forMaintenance(config.storage())) {
      rows = Restore.read(data.database(), source, replace).join();
    }
    around.print(rows + " rows restored from " + file);
    return ExitCode.DONE;
  }
}

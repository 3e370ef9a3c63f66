package io.bookbell.server;

import io.bookbell.server.backup.Backup;
import io.bookbell.server.config.Config;
import io.bookbell.server.storage.StoredData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bookbell backup}. */
@Command(
    name = "backup",
    description = "Writes everything into one file, whether a server is running or not.",
    mixinStandardHelpOptions = true)
final class BackupCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "Replaced if it exists.")
  private Path file;

  private final Surroundings around;

  BackupCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    Config config = around.config();
    Path target = around.at(file);
    check(target, config.storage());
    long rows;
    try (var data = StoredData.beside(config.storage())) {
      rows = Backup.write(data.database(), target).join();
    }
    around.print(rows + " rows written to " + file);
    return ExitCode.DONE;
  }

  /** The file is replaced, so it must not be something that is needed. */
  private static void check(Path file, Config.Storage storage) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new CommandFailure("There is no folder " + folder + " to put the backup into");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new CommandFailure(file + " is not a file that a backup can replace");
    }
    if (StoredData.isFileOf(storage, file)) {
      throw new CommandFailure(file + " is part of the database; a backup needs a file of its own");
    }
  }
}

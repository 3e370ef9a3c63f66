package io.bookbell.server.cli;

import io.bookbell.server.backup.BackupWriter;
import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code bookbell backup}. */
@Command(
    name = "backup",
    description = "Writes everything into one file, whether a server is running or not.",
    mixinStandardHelpOptions = true)
final class BackupCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "Replaced if it exists.")
  private Path file;

  private final CommandEnvironment around;

  BackupCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    ServerConfig serverConfig = around.loadConfig();
    Path target = around.resolvePath(file);
    checkTarget(target, serverConfig.storage());
    long rows;
    try (var data = OpenDatabase.forConcurrentAccess(serverConfig.storage())) {
      rows = BackupWriter.writeBackup(data.database(), target).join();
    }
    around.printLine(rows + " rows written to " + file);
    return ExitCode.DONE;
  }

  /** Checks the target, because an existing file is replaced. */
  private static void checkTarget(Path file, ServerConfig.StorageConfig storageConfig) {
    if (Files.isDirectory(file)) {
      throw new CommandException(file.toAbsolutePath() + " is a folder; name a file in it");
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new CommandException(
          folder != null && FileFailureReason.isHidden(folder)
              ? "The backup cannot be put into " + folder + ": permission denied"
              : "There is no folder " + folder + " to put the backup into");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new CommandException(file + " is not a file that a backup can replace");
    }
    if (OpenDatabase.isFileOf(storageConfig, file)) {
      throw new CommandException(
          file + " is part of the database; a backup needs a file of its own");
    }
  }
}

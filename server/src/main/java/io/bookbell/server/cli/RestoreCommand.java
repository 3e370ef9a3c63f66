package io.bookbell.server.cli;

import io.bookbell.server.backup.BackupRestorer;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code bookbell restore}. */
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

  private final CommandEnvironment around;

  RestoreCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    ServerConfig serverConfig = around.loadConfig();
    Path source = around.resolvePath(file);
    OpenDatabase.chooseLibraryFolder(serverConfig.storage());
    BackupRestorer.checkFile(source); // before opening a database, which would create one
    long rows;
    try (var data = OpenDatabase.forMaintenance(serverConfig.storage())) {
      rows = BackupRestorer.restoreBackup(data.database(), source, replace).join();
    }
    around.printLine(rows + " rows restored from " + file);
    return ExitCode.DONE;
  }
}

package io.bookbell.server;

import io.bookbell.server.backup.Backup;
import io.bookbell.server.storage.StoredData;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bookbell backup}. */
@Command(
    name = "backup",
    description = "Writes everything into one file, beside a running server or without one.",
    mixinStandardHelpOptions = true)
final class BackupCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "Is replaced where it exists.")
  private Path file;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new CommandFailure("There is no folder " + folder + " to put the backup into");
    }
    long rows;
    try (var data = StoredData.beside(CommandConfig.read().storage())) {
      rows = Backup.write(data.database(), file).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof UncheckedIOException unwritable) {
        throw new CommandFailure(unwritable.getMessage() + ": " + unwritable.getCause());
      }
      throw e;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(rows + " rows are in " + file);
    out.flush();
    return 0;
  }
}

package io.bookbell.server;

import io.bookbell.server.backup.Restore;
import io.bookbell.server.backup.Restore.RestoreException;
import io.bookbell.server.storage.StoredData;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bookbell restore}. */
@Command(
    name = "restore",
    description = {
      "Puts a backup in place of what the database holds; no server may be using it.",
      "Whoever is signed in has to sign in again."
    },
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "A file that bookbell backup has written.")
  private Path file;

  @Option(names = "--replace", description = "Replaces a database that has accounts.")
  private boolean replace;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!Files.isReadable(file)) {
      throw new CommandFailure("There is no file " + file + " that can be read");
    }
    long rows;
    try (var data = StoredData.forMaintenance(CommandConfig.read().storage())) {
      rows = Restore.read(data.database(), file, replace).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RestoreException refused) {
        throw new CommandFailure(String.valueOf(refused.getMessage()));
      }
      throw e;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(rows + " rows are back from " + file);
    out.flush();
    return 0;
  }
}

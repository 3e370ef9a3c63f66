package io.bookbell.server.cli;

import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.transfer.ImportReport;
import io.bookbell.server.transfer.LegacyDatabase;
import io.bookbell.server.transfer.LegacyExport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bookbell export}. */
@Command(
    name = "export",
    description = {
      "Writes requests, replies and counters back into the tables of the Python system, for as"
          + " long",
      "as the way back is wanted: what changed here since the import. See docs/moving.md.",
      "The password of the other database is in BOOKBELL_IMPORT_PASSWORD."
    },
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @Option(
      names = "--to",
      required = true,
      paramLabel = "DATABASE",
      description = "jdbc:postgresql://host/database?user=name, or the path of a SQLite file.")
  private String to;

  @Option(names = "--dry-run", description = "Reports everything and changes nothing.")
  private boolean dryRun;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Names every finding in a file, not only examples.")
  private @Nullable Path reportFile;

  private final CommandEnvironment around;

  ExportCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    ServerConfig serverConfig = around.loadConfig();
    OpenDatabase.chooseLibraryFolder(serverConfig.storage());
    try (LegacyDatabase target =
            LegacyDatabase.open(
                ImportCommand.resolveAddress(around, to),
                around.environment().getOrDefault(ImportCommand.PASSWORD, ""),
                false);
        var report = new ImportReport(ImportCommand.resolveReport(around, reportFile))) {
      try (var data = OpenDatabase.forConcurrentAccess(serverConfig.storage());
          var bar = new TransferProgressBar(around.err())) {
        LegacyExport.exportData(data.database(), target, report, bar, dryRun);
      }
      report.writeFile();
      report.summary().forEach(around::printLine);
    }
    around.printLine(dryRun ? "Dry run: nothing was changed" : "Exported");
    return ExitCode.DONE;
  }
}

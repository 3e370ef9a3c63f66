package io.bookbell.server.cli;

import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.transfer.ImportReport;
import io.bookbell.server.transfer.LegacyDatabase;
import io.bookbell.server.transfer.LegacyImport;
import io.bookbell.server.transfer.QueryMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bookbell import}. */
@Command(
    name = "import",
    description = {
      "Takes over the data of the system that Bookbell replaces, as often as wanted:",
      "what changed there follows, what changed here stays. See docs/moving.md.",
      "The password of the other database is in BOOKBELL_IMPORT_PASSWORD."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  static final String PASSWORD = "BOOKBELL_IMPORT_PASSWORD";

  @Option(
      names = "--from",
      required = true,
      paramLabel = "DATABASE",
      description = "jdbc:postgresql://host/database?user=name, or the path of a SQLite file.")
  private String from;

  @Option(
      names = "--mapping",
      paramLabel = "FILE",
      description = "Queries for other tables than those of the Python system.")
  private @Nullable Path mapping;

  @Option(names = "--dry-run", description = "Reports everything and changes nothing.")
  private boolean dryRun;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Names every finding in a file, not only examples.")
  private @Nullable Path reportFile;

  private final CommandEnvironment around;

  ImportCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    ServerConfig serverConfig = around.loadConfig();
    OpenDatabase.chooseLibraryFolder(serverConfig.storage());
    try (LegacyDatabase source =
            LegacyDatabase.open(
                resolveAddress(around, from),
                around.environment().getOrDefault(PASSWORD, ""),
                true);
        var report = new ImportReport(resolveReport(around, reportFile))) {
      QueryMapping queries =
          mapping == null
              ? QueryMapping.ofDefault(source.isPostgres())
              : QueryMapping.ofFile(around.resolvePath(mapping));
      try (var data = OpenDatabase.forMaintenance(serverConfig.storage());
          var bar = new TransferProgressBar(around.err())) {
        LegacyImport.importData(data.database(), source, queries, report, bar, dryRun);
      }
      report.writeFile();
      report.summary().forEach(around::printLine);
    }
    around.printLine(dryRun ? "Dry run: nothing was changed" : "Imported");
    return ExitCode.DONE;
  }

  /** The path of a SQLite file is relative to the command's folder. */
  static String resolveAddress(CommandEnvironment around, String address) {
    return address.matches("(?i)jdbc:.*|.*://.*")
        ? address
        : around.resolvePath(Path.of(address)).toString();
  }

  static @Nullable Path resolveReport(CommandEnvironment around, @Nullable Path file) {
    if (file == null) {
      return null;
    }
    Path target = around.resolvePath(file).toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(target)) {
      throw new CommandException("The report cannot be written to " + target);
    }
    return target;
  }
}

package io.bookbell.server.cli;

import io.bookbell.server.Bookbell;
import io.bookbell.server.Services;
import io.bookbell.server.account.PasswordHasher;
import io.bookbell.server.cluster.ServingNodes;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.ListenConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.demo.DemoData;
import io.bookbell.server.demo.DemoData.Content;
import io.bookbell.server.http.WebServer;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.inbox.EpochStore.InstallationNames;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.PostgresConnections;
import io.bookbell.server.storage.TableEraser;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bookbell demo}. */
@Command(
    name = "demo",
    description = {
      "Serves the demonstration: two creators, their teams and supporters.",
      "Refuses a database with other accounts."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final Path DEFAULT_DATA = Path.of("data", "demo");
  private static final String PASSWORD = "demo";

  @Option(names = "--reset", description = "Empties the database first.")
  private boolean reset;

  private final CommandEnvironment around;

  DemoCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    runDemo(reset, around);
    return 0;
  }

  static void runDemo(boolean anew, CommandEnvironment around) throws InterruptedException {
    ServerConfig serverConfig = around.loadConfig(DEFAULT_DATA);
    requireSuitable(serverConfig.storage());
    requireFreePorts(serverConfig.listen());
    OpenDatabase data = OpenDatabase.forServing(serverConfig.storage());
    Bookbell bookbell;
    try {
      populateDatabase(data.database(), anew);
      bookbell = Bookbell.start(serverConfig, data.database());
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
    printSignIns(bookbell, data.database(), around.out());
    ServerLifecycle.awaitShutdown(bookbell, data, around);
  }

  private static void requireFreePorts(ListenConfig listen) {
    WebServer.requireFree(listen.host(), listen.port(), "BOOKBELL_PORT");
    listen
        .metricsPort()
        .ifPresent(port -> WebServer.requireFree(listen.host(), port, "BOOKBELL_METRICS_PORT"));
  }

  /** Looks at the database before it's migrated or changed in any other way. */
  private static void requireSuitable(StorageConfig storageConfig) {
    Optional<OpenDatabase> existing = OpenDatabase.forInspection(storageConfig);
    if (existing.isPresent()) {
      try (OpenDatabase data = existing.get()) {
        requireOwn(data.database().read(DemoData::findContent).join(), storageConfig);
      }
    }
  }

  private static void requireOwn(Content content, StorageConfig storageConfig) {
    if (content == Content.OTHER) {
      throw new CommandException(
          "%s has accounts, and they aren't the demonstration's: nothing was changed. Run the demonstration in another folder, or name another database"
              .formatted(
                  switch (storageConfig) {
                    case SqliteConfig(Path folder) -> "The database in " + folder;
                    case PostgresConfig _ -> "The database that BOOKBELL_DATABASE_URL names";
                  }));
    }
  }

  /** Creates the demonstration data if the database is empty, or after emptying it. */
  private static void populateDatabase(Database database, boolean anew) {
    database
        .write(
            tx -> {
              if (database.isShared()) { // on a busy machine, this takes longer than a command may
                tx.update(PostgresConnections.NO_LIMITS_IN_TRANSACTION);
              }
              return populateIfEmpty(tx, anew);
            })
        .join();
  }

  private static boolean populateIfEmpty(Transaction tx, boolean anew) {
    EpochStore.ensureInstallation(tx); // waits for another node that populates the database
    if (!anew && DemoData.findContent(tx) != Content.NOTHING) {
      return false;
    }
    if (ServingNodes.areAlive(tx)) {
      throw new CommandException(
          "A server uses the database: " + ServingNodes.STOP_FIRST + "; nothing was changed");
    }
    if (anew) {
      Optional<InstallationNames> names = EpochStore.findInstallation(tx);
      TableEraser.eraseAllRows(tx);
      EpochStore.ensureInstallation(tx);
      EpochStore.renewEpoch(tx, names);
    }
    new Services(Services.ClientNotifier.noOp())
        .createDemoData()
        .populateDatabase(tx, PasswordHasher.hashNow(PASSWORD));
    return true;
  }

  private static void printSignIns(Bookbell bookbell, Database database, PrintWriter out) {
    out.println(
        "The demonstration is at " + bookbell.localUrl() + " (" + database.productName() + ")");
    out.println("Sign in with the password “" + PASSWORD + "” as");
    out.println("  creator@demo.test                the creator, who also runs this installation");
    out.println("  team1@demo.test                  a member of the creator's team");
    out.println("  reader1@demo.test … reader20     supporters; the odd ones have two creators");
    out.println("Use two browsers, or a private window, to see both sides at once.");
    out.flush();
  }
}

package io.bookbell.server.cli;

import io.bookbell.server.Bookbell;
import io.bookbell.server.Services;
import io.bookbell.server.account.PasswordHasher;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.demo.DemoData;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.PostgresConnections;
import io.bookbell.server.storage.TableEraser;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bookbell demo}. */
@Command(
    name = "demo",
    description = "Serves the demonstration: two creators, their teams and supporters.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final Path USUAL_DATA = Path.of("data", "demo");
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
    ServerConfig serverConfig = around.loadConfig(USUAL_DATA);
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
    ServerLifecycle.awaitShutdown(bookbell, data);
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
    EpochStore.ensureInstallation(tx);
    if (anew) {
      TableEraser.eraseAllRows(tx);
      EpochStore.ensureInstallation(tx);
    }
    if (!DemoData.isEmpty(tx)) {
      return false;
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

package io.bookbell.server;

import io.bookbell.server.account.Passwords;
import io.bookbell.server.backup.Restore;
import io.bookbell.server.config.Config;
import io.bookbell.server.demo.DemoData;
import io.bookbell.server.inbox.Epochs;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.StoredData;
import io.bookbell.server.storage.Transaction;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bookbell demo}. */
@Command(
    name = "demo",
    description = "Serves the demonstration: two creators, their teams and supporters.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final Path USUAL_DATA = Path.of("data", "demo");
  static final String PASSWORD = "demo";

  @Option(names = "--reset", description = "Empties the database first.")
  private boolean reset;

  private final Surroundings around;

  DemoCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    demonstrate(reset, around);
    return 0;
  }

  static void demonstrate(boolean anew, Surroundings around) throws InterruptedException {
    Config config = around.config(USUAL_DATA);
    StoredData data = StoredData.forServing(config.storage());
    Bookbell bookbell;
    try {
      lay(data.database(), anew);
      bookbell = Bookbell.start(config, data.database());
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
    tell(bookbell, data.database(), around.out());
    Running.untilTold(bookbell, data);
  }

  /** Makes the demonstration where there is nothing yet, or anew. */
  static void lay(Database database, boolean anew) {
    database.write(tx -> layIfEmpty(tx, anew)).join();
  }

  private static boolean layIfEmpty(Transaction tx, boolean anew) {
    Epochs.begin(tx);
    if (anew) {
      Restore.clear(tx);
      Epochs.begin(tx);
    }
    if (!DemoData.isEmpty(tx)) {
      return false;
    }
    new Features(Features.Outlet.none()).demoData().lay(tx, Passwords.hashNow(PASSWORD));
    return true;
  }

  private static void tell(Bookbell bookbell, Database database, PrintWriter out) {
    out.println("The demonstration is at " + bookbell.url() + " (" + database.product() + ")");
    out.println("Sign in with the password “" + PASSWORD + "” as");
    out.println("  creator@demo.test                the creator, who also runs this installation");
    out.println("  team1@demo.test                  a member of the creator's team");
    out.println("  reader1@demo.test … reader20     supporters; the odd ones have two creators");
    out.println("Use two browsers, or a private window, to see both sides at once.");
    out.flush();
  }
}

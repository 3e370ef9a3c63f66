package io.bookbell.server;

import io.bookbell.server.storage.StoredData;
import io.bookbell.server.verify.Verifier;
import io.bookbell.server.verify.Verifier.Report;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code bookbell verify}. */
@Command(
    name = "verify",
    description = {
      "Checks on the stored data that quotas, refunds, changes and inboxes agree,",
      "whether a server is running or not. Exits with 1 and lists each breach."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  private final Surroundings around;

  VerifyCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    Report report;
    try (var data = StoredData.beside(around.config().storage())) {
      report = Verifier.verify(data.database()).join();
    }
    PrintWriter out = around.out();
    report.breaches().forEach(out::println);
    out.printf(
        "%s: %d requests, %d ledger lines, %d inbox messages, %d breaches%n",
        report.breaches().isEmpty() ? "All is well" : "Not well",
        report.requests(),
        report.ledgerLines(),
        report.inboxRows(),
        report.breaches().size());
    out.flush();
    return report.breaches().isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
  }
}

package io.bookbell.server.cli;

import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.verify.InvariantVerifier;
import io.bookbell.server.verify.InvariantVerifier.VerificationReport;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The command {@code bookbell verify}. */
@Command(
    name = "verify",
    description = {
      "Checks on the stored data that quotas, refunds, changes and inboxes agree,",
      "whether a server is running or not. Exits with 1 and lists each breach."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  private final CommandEnvironment around;

  VerifyCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    VerificationReport verificationReport;
    try (var data = OpenDatabase.forConcurrentAccess(around.loadConfig().storage())) {
      verificationReport = InvariantVerifier.verifyInvariants(data.database()).join();
    }
    PrintWriter out = around.out();
    verificationReport.breaches().forEach(out::println);
    out.printf(
        "%s: %d requests, %d ledger lines, %d inbox messages, %d breaches%n",
        verificationReport.breaches().isEmpty() ? "All is well" : "Not well",
        verificationReport.requests(),
        verificationReport.ledgerLines(),
        verificationReport.inboxRows(),
        verificationReport.breaches().size());
    out.flush();
    return verificationReport.breaches().isEmpty() ? ExitCode.DONE : ExitCode.REFUSED;
  }
}

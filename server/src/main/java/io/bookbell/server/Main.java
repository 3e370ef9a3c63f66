package io.bookbell.server;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line of Bookbell. */
@Command(
    name = "bookbell",
    description = "Live book requests between a creator and paying supporters.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      ServeCommand.class,
      DemoCommand.class,
      VerifyCommand.class,
      UserCommand.class,
      BackupCommand.class,
      RestoreCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  public static void main(String... arguments) {
    Locale.setDefault(Locale.ROOT); // what is written does not depend on the machine's language
    System.exit(run(arguments));
  }

  /**
   * The parser takes as long to load as all the rest, so the words that start servers go past it.
   */
  private static int run(String... arguments) {
    return switch (String.join(" ", arguments)) {
      case "serve" -> plainly(ServeCommand::serve);
      case "demo" -> plainly(out -> DemoCommand.demonstrate(false, out));
      case "rehearse" -> plainly(_ -> Rehearse.inThisFolder());
      default -> commandLine().execute(arguments);
    };
  }

  private static int plainly(Plain command) {
    try {
      command.run(new PrintWriter(System.out, true, System.out.charset()));
      return 0;
    } catch (Exception failure) {
      var err = new PrintWriter(System.err, true, System.err.charset());
      if (!CommandFailure.tell(failure, err)) {
        failure.printStackTrace(err);
      }
      return 1;
    }
  }

  /** A command that takes no words. */
  private interface Plain {
    void run(PrintWriter out) throws Exception;
  }

  static CommandLine commandLine() {
    var commandLine = new CommandLine(new Main()).setExecutionExceptionHandler(Main::failed);
    ServeCommand.describeSettings(requireNonNull(commandLine.getSubcommands().get("serve")));
    return commandLine;
  }

  private static int failed(Exception failure, CommandLine command, ParseResult parsed)
      throws Exception {
    if (CommandFailure.tell(failure, command.getErr())) {
      return 1;
    }
    throw failure;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Tells the version that the build wrote into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"Bookbell " + (version == null ? "(unpackaged)" : version)};
    }
  }
}

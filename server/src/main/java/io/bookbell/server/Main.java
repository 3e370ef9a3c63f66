package io.bookbell.server;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of Bookbell. */
@Command(
    name = "bookbell",
    description = "Live book requests between a creator and paying supporters.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  public static void main(String... arguments) {
    Locale.setDefault(Locale.ROOT); // what is written does not depend on the machine's language
    System.setProperty("java.awt.headless", "true"); // pictures need no display
    System.exit(run(Surroundings.ofProcess(), arguments));
  }

  /**
   * Runs a command; its exit code. The parser takes as long to load as all the rest, so the words
   * that start servers go past it.
   */
  static int run(Surroundings around, String... arguments) {
    return switch (String.join(" ", arguments)) {
      case "serve" -> plainly(around, () -> ServeCommand.serve(around));
      case "demo" -> plainly(around, () -> DemoCommand.demonstrate(false, around));
      case "rehearse" -> plainly(around, () -> Rehearse.inThisFolder());
      default -> commandLine(around).execute(arguments);
    };
  }

  private static int plainly(Surroundings around, Plain command) {
    try {
      command.run();
      return ExitCode.DONE;
    } catch (Exception | LinkageError | OutOfMemoryError failure) {
      return CommandFailure.tell(failure, around.err());
    }
  }

  /** A command that takes no words. */
  private interface Plain {
    void run() throws Exception;
  }

  static CommandLine commandLine(Surroundings around) {
    var commandLine =
        new CommandLine(new Main())
            .addSubcommand(new ServeCommand(around))
            .addSubcommand(new DemoCommand(around))
            .addSubcommand(new HealthCommand(around))
            .addSubcommand(new VerifyCommand(around))
            .addSubcommand(new UserCommand(around))
            .addSubcommand(new BackupCommand(around))
            .addSubcommand(new RestoreCommand(around))
            .setOut(around.out())
            .setErr(around.err())
            .setExecutionExceptionHandler(
                (failure, _, _) -> CommandFailure.tell(failure, around.err()))
            .setParameterExceptionHandler(
                (failure, _) -> {
                  tellUsage(failure, around.err());
                  return ExitCode.USAGE;
                });
    ServeCommand.describeSettings(requireNonNull(commandLine.getSubcommands().get("serve")));
    return commandLine;
  }

  private static void tellUsage(ParameterException failure, PrintWriter err) {
    err.println(
        CommandFailure.oneLine(String.valueOf(failure.getMessage()))
            + " (see "
            + failure.getCommandLine().getCommandSpec().qualifiedName()
            + " --help)");
    err.flush();
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

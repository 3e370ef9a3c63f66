package io.bookbell.server.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of Bookbell. */
@Command(
    name = "bookbell",
    description = "Live book requests between a creator and paying supporters.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionProvider.class)
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  public static void main(String... arguments) {
    Locale.setDefault(Locale.ROOT); // output must not depend on the system's language
    System.setProperty("java.awt.headless", "true"); // image processing needs no display
    System.exit(run(CommandEnvironment.fromProcess(), arguments));
  }

  /**
   * Runs a command and returns its exit code. The commands that start a server bypass the
   * command-line parser, because loading it takes as long as loading everything else.
   */
  static int run(CommandEnvironment around, String... arguments) {
    return switch (String.join(" ", arguments)) {
      case "serve" ->
          runCommand(
              around,
              () -> {
                ServeCommand.runServer(around);
                return ExitCode.DONE;
              });
      case "demo" ->
          runCommand(
              around,
              () -> {
                DemoCommand.runDemo(false, around);
                return ExitCode.DONE;
              });
      default -> runCommand(around, () -> createCommandLine(around).execute(arguments));
    };
  }

  private static int runCommand(CommandEnvironment around, RunnableCommand command) {
    try {
      return command.run();
    } catch (Exception | Error failure) {
      return CommandException.reportFailure(failure, around.err());
    }
  }

  /** Returns an exit code. */
  private interface RunnableCommand {
    int run() throws Exception;
  }

  static CommandLine createCommandLine(CommandEnvironment around) {
    var commandLine =
        new CommandLine(new Main())
            .addSubcommand(new ServeCommand(around))
            .addSubcommand(new DemoCommand(around))
            .addSubcommand(new HealthCommand(around))
            .addSubcommand(new VerifyCommand(around))
            .addSubcommand(new UserCommand(around))
            .addSubcommand(new BackupCommand(around))
            .addSubcommand(new RestoreCommand(around))
            .addSubcommand(new ImportCommand(around))
            .addSubcommand(new ExportCommand(around))
            .setOut(around.out())
            .setErr(around.err())
            .setExecutionExceptionHandler(
                (failure, _, _) -> CommandException.reportFailure(causeOf(failure), around.err()))
            .setParameterExceptionHandler(
                (failure, _) -> {
                  printUsageError(failure, around.err());
                  return ExitCode.USAGE;
                });
    ServeCommand.describeSettings(requireNonNull(commandLine.getSubcommands().get("serve")));
    return commandLine;
  }

  /** An {@link Error} of a command that is a method comes wrapped, unlike its exceptions. */
  private static Throwable causeOf(Exception failure) {
    return failure instanceof ExecutionException && failure.getCause() instanceof Error error
        ? error
        : failure;
  }

  private static void printUsageError(ParameterException failure, PrintWriter err) {
    err.println(
        CommandException.toSingleLine(String.valueOf(failure.getMessage()))
            + " (see "
            + failure.getCommandLine().getCommandSpec().qualifiedName()
            + " --help)");
    err.flush();
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** The version that the build wrote into the jar. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }

  /** Prints the version. */
  static final class VersionProvider implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"Bookbell " + version()};
    }
  }
}

package io.bookbell.server;

import static java.util.Objects.requireNonNull;

import io.bookbell.server.config.ConfigException;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.web.WebServer.WebServerException;
import java.io.PrintWriter;
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
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    var commandLine = new CommandLine(new Main()).setExecutionExceptionHandler(Main::failed);
    ServeCommand.describeSettings(requireNonNull(commandLine.getSubcommands().get("serve")));
    return commandLine;
  }

  /** What an operator can mend is said in one line; the rest is ours, with all we know. */
  private static int failed(Exception failure, CommandLine command, ParseResult parsed)
      throws Exception {
    Throwable cause = CommandFailure.causeOf(failure);
    if (cause instanceof CommandFailure
        || cause instanceof ConfigException
        || cause instanceof DatabaseException
        || cause instanceof WebServerException) {
      PrintWriter err = command.getErr();
      err.println(cause.getMessage());
      err.flush();
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

package io.bookbell.server.cli;

import static java.util.stream.Collectors.joining;

import io.bookbell.server.Bookbell;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.Setting;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code bookbell serve}. */
@Command(
    name = "serve",
    description = "Serves until it is stopped. The first start prints a link to set it up.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  private static final String SETTINGS = "settings";

  private final CommandEnvironment around;

  ServeCommand(CommandEnvironment around) {
    this.around = around;
  }

  /** Appends all settings to the help text. */
  static void describeSettings(CommandLine serve) {
    var keys = new ArrayList<>(serve.getHelpSectionKeys());
    keys.add(SETTINGS);
    serve.setHelpSectionKeys(keys);
    serve
        .getHelpSectionMap()
        .put(
            SETTINGS,
            _ ->
                Arrays.stream(Setting.values())
                    .map(ServeCommand::describeSetting)
                    .collect(
                        joining(
                            "",
                            "%nSettings, in the environment or in bookbell.properties:%n"
                                .formatted(),
                            "")));
  }

  private static String describeSetting(Setting setting) {
    String usual = setting.defaultText().isEmpty() ? "" : " (" + setting.defaultText() + ")";
    return "  %s%n      %s%s%n".formatted(setting.variableName(), setting.description(), usual);
  }

  @Override
  public Integer call() throws InterruptedException {
    runServer(around);
    return 0;
  }

  static void runServer(CommandEnvironment around) throws InterruptedException {
    ServerConfig serverConfig = around.loadConfig();
    OpenDatabase data = OpenDatabase.forServing(serverConfig.storage());
    Bookbell bookbell;
    try {
      bookbell = Bookbell.start(serverConfig, data.database());
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
    around.printLine(
        "Bookbell is at %s (version %s, %s)"
            .formatted(bookbell.localUrl(), Main.version(), data.database().productName()));
    bookbell
        .setupLink()
        .ifPresent(link -> around.printLine("Nobody has an account yet. Set it up here: " + link));
    ServerLifecycle.awaitShutdown(bookbell, data, around);
  }
}

package io.bookbell.server.cli;

import io.bookbell.server.config.ServerConfig.ListenConfig;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code bookbell health}, for containers and service managers that run a program as a check. */
@Command(
    name = "health",
    description = {
      "Asks the server on this machine, with the same settings, whether it is ready.",
      "Ends with 69 if it isn't, or doesn't answer."
    },
    mixinStandardHelpOptions = true)
final class HealthCommand implements Callable<Integer> {
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();

  private final CommandEnvironment around;

  HealthCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    URI address = address(around.loadConfig().listen());
    try {
      int status = status(address);
      boolean ready = status == HttpURLConnection.HTTP_OK;
      around.printLine(ready ? "ready" : "not ready: %s answers %d".formatted(address, status));
      return ready ? ExitCode.DONE : ExitCode.UNAVAILABLE;
    } catch (IOException e) {
      around.printLine("not ready: %s does not answer: %s".formatted(address, e.getMessage()));
      return ExitCode.UNAVAILABLE;
    }
  }

  private static URI address(ListenConfig listen) {
    String host =
        switch (listen.host()) {
          case "0.0.0.0" -> "127.0.0.1";
          case "::" -> "[::1]";
          case String other when other.contains(":") -> "[" + other + "]";
          case String other -> other;
        };
    return URI.create("http://" + host + ":" + listen.port() + "/health/ready");
  }

  private static int status(URI address) throws IOException {
    var connection = (HttpURLConnection) address.toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    try {
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }
}

package io.bookbell.bench.commits;

import io.bookbell.bench.commits.People.Circle;
import io.bookbell.bench.process.Launched;
import io.bookbell.bench.process.Processes;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts servers with people in their databases. For one thread. */
final class CommandServers {
  private static final String PYTHON = "/usr/bin/python3"; // Debian's, whatever else is on the PATH
  private static final List<String> PYTHON_MODULES =
      List.of(
          "fastapi",
          "httptools",
          "jwt",
          "psycopg2",
          "sqlalchemy",
          "uvicorn",
          "uvloop",
          "websockets");

  private final Path home;
  private final Path folder;
  private final int creators;

  /**
   * @param home the source tree
   * @param folder for data and logs, on the disk to measure
   */
  CommandServers(Path home, Path folder, int creators) {
    this.home = home;
    this.folder = folder;
    this.creators = creators;
  }

  /** Returns the Debian packages for the replaced system, if any of them is missing. */
  static Optional<String> missingPackages() throws InterruptedException {
    try {
      var imports = "import " + String.join(", ", PYTHON_MODULES);
      if (new ProcessBuilder(PYTHON, "-I", "-c", imports).start().waitFor() == 0) {
        return Optional.empty();
      }
    } catch (IOException _) {
      // no Python there at all
    }
    return Optional.of("python3-" + String.join(" python3-", PYTHON_MODULES));
  }

  CommandServer start(ServerChoice choice) throws IOException, InterruptedException, SQLException {
    return switch (choice) {
      case SQLITE -> startOnSqlite();
      case POSTGRESQL -> startOnPostgres(PostgresServer.start(folder.resolve("postgresql")));
      case REPLACED -> startReplaced(PostgresServer.start(folder.resolve("replaced")));
    };
  }

  private CommandServer startOnSqlite() throws IOException, InterruptedException {
    Path data = folder.resolve("sqlite");
    List<Circle> circles = People.lay(new StorageConfig.SqliteConfig(data), creators);
    return new CommandServer(
        ServerChoice.SQLITE, serve(Map.of("BOOKBELL_DATA", data.toString())), null, circles);
  }

  private CommandServer startOnPostgres(PostgresServer postgres)
      throws IOException, InterruptedException {
    String url = postgres.jdbcUrl();
    List<Circle> circles =
        People.lay(new StorageConfig.PostgresConfig(url, PostgresServer.USER, ""), creators);
    Launched launched =
        serve(
            Map.of(
                "BOOKBELL_DATA",
                folder.toString(),
                "BOOKBELL_DATABASE_URL",
                url,
                "BOOKBELL_DATABASE_USER",
                PostgresServer.USER));
    return new CommandServer(ServerChoice.POSTGRESQL, launched, postgres, circles);
  }

  private Launched serve(Map<String, String> settings) throws IOException, InterruptedException {
    var all = new HashMap<>(settings);
    String options = System.getenv().getOrDefault("BOOKBELL_JAVA_OPTS", "");
    all.put("BOOKBELL_JAVA_OPTS", options + " " + Processes.COMPILERS_STAY);
    return Launched.serve(home.resolve("bookbell"), all, folder);
  }

  private CommandServer startReplaced(PostgresServer postgres)
      throws IOException, InterruptedException, SQLException {
    int port = Launched.freePort();
    Launched launched =
        Launched.start(
            List.of(PYTHON, "-I", home.resolve("bench/peers/replaced-commands.py").toString()),
            Map.of(
                "PORT", Integer.toString(port),
                "DATABASE_URL", postgres.sqlalchemyUrl(),
                "JWT_SECRET", ReplacedPeople.SECRET),
            folder,
            folder.resolve("replaced.log"),
            port);
    List<Circle> circles = ReplacedPeople.lay(postgres.jdbcUrl(), creators);
    return new CommandServer(ServerChoice.REPLACED, launched, postgres, circles);
  }
}

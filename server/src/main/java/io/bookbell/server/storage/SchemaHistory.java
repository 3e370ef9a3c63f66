package io.bookbell.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.comparingInt;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A look at the history that Flyway keeps in the database, without Flyway, whose loading takes
 * longer than that of all the rest. It recognises one case: every migration of this program was
 * applied, unchanged, and nothing else. Then Flyway would do nothing. Whatever else it finds is for
 * Flyway to judge.
 */
final class SchemaHistory {
  private static final Pattern SCRIPT = Pattern.compile("V([1-9][0-9]{0,8})__(\\w+)\\.sql");

  private SchemaHistory() {}

  /** A row of the history. */
  private record AppliedMigration(
      @Nullable String version,
      @Nullable String description,
      @Nullable String type,
      @Nullable String script,
      int checksum,
      boolean success) {}

  /**
   * Whether the database is exactly at the newest schema.
   *
   * @param folder the class-path folder of the dialect's migrations
   */
  static boolean isNewest(DataSource source, String folder) {
    try {
      Optional<List<AppliedMigration>> expected = expectedSteps(folder);
      return expected.isPresent() && readApplied(source).equals(expected.get());
    } catch (IOException | SQLException e) {
      return false; // most often there is no history yet; what else it may be, Flyway will say
    }
  }

  /** The texts of a folder's migrations, in the order of their versions. */
  static List<String> readScripts(String folder) throws IOException {
    var scripts = new TreeMap<Integer, String>();
    for (String name : fileNames(folder)) {
      Matcher script = SCRIPT.matcher(name);
      if (script.matches()) {
        try (InputStream in = findResource(folder + "/" + name).openStream()) {
          scripts.put(Integer.valueOf(script.group(1)), new String(in.readAllBytes(), UTF_8));
        }
      }
    }
    return List.copyOf(scripts.values());
  }

  private static List<AppliedMigration> readApplied(DataSource source) throws SQLException {
    try (var connection = source.getConnection();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT version, description, type, script, checksum, success FROM "
                    + historyTable(connection)
                    + " ORDER BY installed_rank")) {
      var steps = new ArrayList<AppliedMigration>();
      while (rows.next()) {
        steps.add(readApplied(rows));
      }
      return steps;
    }
  }

  private static AppliedMigration readApplied(ResultSet row) throws SQLException {
    return new AppliedMigration(
        row.getString("version"),
        row.getString("description"),
        row.getString("type"),
        row.getString("script"),
        row.getInt("checksum"),
        row.getBoolean("success"));
  }

  /** Of the schema that new tables go to, as Flyway has it: not of the next one on the way. */
  private static String historyTable(Connection connection) throws SQLException {
    String quote = connection.getMetaData().getIdentifierQuoteString();
    String schema = connection.getSchema();
    String table = quote + "flyway_schema_history" + quote;
    return schema == null
        ? table
        : quote + schema.replace(quote, quote + quote) + quote + "." + table;
  }

  /** What the history of a database at the newest schema is; empty: there is more than a list. */
  private static Optional<List<AppliedMigration>> expectedSteps(String folder) throws IOException {
    var steps = new ArrayList<AppliedMigration>();
    for (String name : fileNames(folder)) {
      Matcher script = SCRIPT.matcher(name);
      if (!script.matches()) {
        return Optional.empty();
      }
      String description = script.group(2).replace('_', ' ');
      int checksum = scriptChecksum(folder + "/" + name);
      steps.add(new AppliedMigration(script.group(1), description, "SQL", name, checksum, true));
    }
    steps.sort(comparingInt(appliedMigration -> Integer.parseInt(appliedMigration.version)));
    return Optional.of(steps);
  }

  private static List<String> fileNames(String folder) throws IOException {
    URLConnection place = findResource(folder).openConnection();
    if (!(place instanceof JarURLConnection inJar)) {
      String[] names = new File(URI.create(place.getURL().toString())).list();
      return names == null ? List.of() : List.of(names);
    }
    String prefix = folder + "/";
    JarFile jar = inJar.getJarFile(); // shared with the class loader, so not ours to close
    return jar.stream()
        .filter(entry -> !entry.isDirectory())
        .map(ZipEntry::getName)
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  /** Flyway's: of the lines, without what separates them. */
  private static int scriptChecksum(String script) throws IOException {
    var checksum = new CRC32();
    try (InputStream in = findResource(script).openStream();
        var lines = new BufferedReader(new InputStreamReader(in, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        checksum.update(line.getBytes(UTF_8));
      }
    }
    return (int) checksum.getValue();
  }

  private static URL findResource(String path) throws IOException {
    URL url = SchemaHistory.class.getClassLoader().getResource(path);
    if (url == null) {
      throw new IOException("The class path has no " + path);
    }
    return url;
  }
}

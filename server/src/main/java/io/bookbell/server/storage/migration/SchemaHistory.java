package io.bookbell.server.storage.migration;

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
 * Reads Flyway's schema history without loading Flyway, which takes longer than loading the rest of
 * the program. It recognises a single case: all migrations of this program have been applied,
 * unchanged, and no others. Flyway would then do nothing. Any other state is left to Flyway.
 */
final class SchemaHistory {
  private static final Pattern SCRIPT = Pattern.compile("V([1-9][0-9]{0,8})__(\\w+)\\.sql");

  private SchemaHistory() {}

  /** A row of the schema history. */
  private record AppliedMigration(
      @Nullable String version,
      @Nullable String description,
      @Nullable String type,
      @Nullable String script,
      int checksum,
      boolean success) {}

  /**
   * Whether the database is at exactly the newest schema.
   *
   * @param folder the class-path folder of the dialect's migrations
   */
  static boolean isNewest(DataSource source, String folder) {
    try {
      Optional<List<AppliedMigration>> expected = expectedSteps(folder);
      return expected.isPresent() && readApplied(source).equals(expected.get());
    } catch (IOException | SQLException e) {
      return false; // usually there is no history yet; Flyway reports anything else
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

  /**
   * The history table's qualified name. Like Flyway, looks only in the schema to which new tables
   * go, not in the rest of the search path.
   */
  private static String historyTable(Connection connection) throws SQLException {
    String quote = connection.getMetaData().getIdentifierQuoteString();
    String schema = connection.getSchema();
    String table = quote + "flyway_schema_history" + quote;
    return schema == null
        ? table
        : quote + schema.replace(quote, quote + quote) + quote + "." + table;
  }

  /**
   * The history of a database at the newest schema; empty if the folder contains other files, too.
   */
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
    JarFile jar = inJar.getJarFile(); // shared with the class loader, so it must not be closed here
    return jar.stream()
        .filter(entry -> !entry.isDirectory())
        .map(ZipEntry::getName)
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  /** Flyway's checksum: over the lines, without their line breaks. */
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

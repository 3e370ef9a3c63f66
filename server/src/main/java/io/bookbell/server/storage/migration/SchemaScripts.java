package io.bookbell.server.storage.migration;

import io.bookbell.server.storage.DatabaseException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The names of the indexes and triggers that a dialect's migrations create. */
public final class SchemaScripts {
  private static final Pattern STEP =
      Pattern.compile(
          "CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(?<index>\\w+) ON"
              + " (?<indexed>\\w+)|CREATE (?:OR REPLACE )?TRIGGER (?:IF NOT EXISTS"
              + " )?(?<trigger>\\w+) [^;]*?\\bON (?<triggered>\\w+)|DROP (?:INDEX|TRIGGER) (?:IF"
              + " EXISTS )?(?<dropped>\\w+)|DROP TABLE (?:IF EXISTS )?(?<droppedTable>\\w+)|ALTER"
              + " TABLE (?<table>\\w+) RENAME TO (?<newTable>\\w+)|ALTER INDEX (?<renamed>\\w+)"
              + " RENAME TO (?<newName>\\w+)",
          Pattern.CASE_INSENSITIVE);

  /** The table of each index. */
  private final Map<String, String> indexes = new TreeMap<>();

  /** The table of each trigger. */
  private final Map<String, String> triggers = new TreeMap<>();

  private SchemaScripts() {}

  /** Parses the migrations in a class-path folder. */
  public static SchemaScripts readScripts(String folder) {
    var scripts = new SchemaScripts();
    for (String text : readTexts(folder)) {
      String plain = text.replaceAll("--[^\n]*", "").replaceAll("\\s+", " ");
      STEP.matcher(plain).results().forEach(scripts::applyStep);
    }
    return scripts;
  }

  /** The migrations in a class-path folder, in their order. */
  public static List<String> readTexts(String folder) {
    try {
      return SchemaHistory.readScripts(folder);
    } catch (IOException e) {
      throw new DatabaseException("The migrations in " + folder + " cannot be read", e);
    }
  }

  public Set<String> indexNames() {
    return indexes.keySet();
  }

  public Set<String> triggerNames() {
    return triggers.keySet();
  }

  private void applyStep(MatchResult step) {
    if (step.group("index") != null) {
      indexes.put(groupName(step, "index"), groupName(step, "indexed"));
    } else if (step.group("trigger") != null) {
      triggers.put(groupName(step, "trigger"), groupName(step, "triggered"));
    } else if (step.group("dropped") != null) {
      indexes.remove(groupName(step, "dropped"));
      triggers.remove(groupName(step, "dropped"));
    } else if (step.group("droppedTable") != null) {
      indexes.values().removeIf(groupName(step, "droppedTable")::equals);
      triggers.values().removeIf(groupName(step, "droppedTable")::equals);
    } else if (step.group("table") != null) {
      renameTable(indexes, groupName(step, "table"), groupName(step, "newTable"));
      renameTable(triggers, groupName(step, "table"), groupName(step, "newTable"));
    } else {
      String table = indexes.remove(groupName(step, "renamed"));
      if (table != null) {
        indexes.put(groupName(step, "newName"), table);
      }
    }
  }

  private static void renameTable(Map<String, String> names, String table, String newTable) {
    names.replaceAll((_, of) -> of.equals(table) ? newTable : of);
  }

  private static String groupName(MatchResult step, String group) {
    return step.group(group).toLowerCase(Locale.ROOT);
  }
}

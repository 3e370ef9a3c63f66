package io.bookbell.server.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.storage.DataFolder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an import or export did, and what it met. Each finding is named in a file as it is met, so
 * that any number of them needs no memory. Confined to one thread at a time.
 */
public final class ImportReport implements AutoCloseable {
  private static final int EXAMPLES = 3;
  private static final int MAX_LINE_LENGTH = 200;

  /** What became of a row. */
  enum Outcome {
    ADDED,
    CHANGED,
    UNCHANGED,
    LEFT_OUT
  }

  private final Map<RowKind, Map<Outcome, Long>> outcomes = new EnumMap<>(RowKind.class);
  private final Map<ImportFinding, Long> counts = new EnumMap<>(ImportFinding.class);
  private final Map<ImportFinding, List<String>> examples = new EnumMap<>(ImportFinding.class);
  private final @Nullable Path target;
  private final @Nullable Path details;
  private @Nullable BufferedWriter writer;

  /**
   * Begins a report.
   *
   * @param target the file for all findings; null for none
   */
  public ImportReport(@Nullable Path target) {
    this.target = target;
    this.details = target == null ? null : target.resolveSibling(target.getFileName() + ".part");
    restart();
  }

  /** Forgets everything, because the transaction that was reported on begins again. */
  void restart() {
    outcomes.clear();
    counts.clear();
    examples.clear();
    if (details == null) {
      return;
    }
    try {
      if (writer != null) {
        writer.close();
      }
      writer = create(details);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  void count(RowKind kind, Outcome outcome) {
    outcomes.computeIfAbsent(kind, _ -> new EnumMap<>(Outcome.class)).merge(outcome, 1L, Long::sum);
  }

  /** Counts a finding, and names where it was. */
  void add(ImportFinding finding, String where) {
    String line = toLine(where);
    counts.merge(finding, 1L, Long::sum);
    List<String> some = examples.computeIfAbsent(finding, _ -> new ArrayList<>());
    if (some.size() < EXAMPLES && !some.contains(line)) {
      some.add(line);
    }
    if (writer != null && !finding.isOfColumn()) {
      try {
        writer.write(finding + ": " + line);
        writer.newLine();
      } catch (IOException e) {
        throw unwritable(e);
      }
    }
  }

  /** Values from the other database must neither move a terminal's cursor nor fill a page. */
  private static String toLine(String where) {
    String line = where.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ");
    return line.length() <= MAX_LINE_LENGTH ? line : line.substring(0, MAX_LINE_LENGTH - 1) + "…";
  }

  /** How often something was met. */
  public long countOf(ImportFinding finding) {
    return counts.getOrDefault(finding, 0L);
  }

  long countOf(RowKind kind, Outcome outcome) {
    return outcomes.getOrDefault(kind, Map.of()).getOrDefault(outcome, 0L);
  }

  /** Whether any row was added or changed. */
  boolean hasChanges() {
    return outcomes.values().stream()
        .anyMatch(each -> each.containsKey(Outcome.ADDED) || each.containsKey(Outcome.CHANGED));
  }

  /** The numbers, and a few examples of each finding. */
  public List<String> summary() {
    var lines = new ArrayList<String>();
    lines.add(
        "%-14s %10s %10s %10s %10s".formatted("", "added", "changed", "unchanged", "left out"));
    for (RowKind kind : RowKind.values()) {
      if (outcomes.containsKey(kind)) {
        lines.add(
            "%-14s %10d %10d %10d %10d"
                .formatted(
                    kind.plural(),
                    countOf(kind, Outcome.ADDED),
                    countOf(kind, Outcome.CHANGED),
                    countOf(kind, Outcome.UNCHANGED),
                    countOf(kind, Outcome.LEFT_OUT)));
      }
    }
    counts.forEach((finding, count) -> lines.add(describe(finding, count)));
    return lines;
  }

  private String describe(ImportFinding finding, long count) {
    List<String> some = examples.getOrDefault(finding, List.of());
    String end = some.isEmpty() ? "" : " (" + String.join("; ", some);
    boolean more = count > some.size() && !finding.isOfColumn();
    String close = some.isEmpty() ? "" : more ? "; …)" : ")";
    return "%d %s%s%s".formatted(count, finding.description(), end, close);
  }

  /** Writes the file: the summary, and behind it every finding. */
  public void writeFile() {
    if (target == null || details == null || writer == null) {
      return;
    }
    Path whole = target.resolveSibling(target.getFileName() + ".whole");
    try {
      writer.close();
      try (BufferedWriter out = create(whole)) {
        for (String line : summary()) {
          out.write(line);
          out.newLine();
        }
        out.newLine();
        try (var lines = Files.newBufferedReader(details, UTF_8)) {
          lines.transferTo(out);
        }
      }
      Files.move(whole, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Only the owner may read it, because it names people. */
  private static BufferedWriter create(Path file) throws IOException {
    Files.deleteIfExists(file);
    DataFolder.createFile(file.resolveSibling(""), file);
    return Files.newBufferedWriter(file, UTF_8);
  }

  private static UncheckedIOException unwritable(IOException failure) {
    return new UncheckedIOException(
        "The report cannot be written: " + FileFailureReason.describeFailure(failure), failure);
  }

  @Override
  public void close() {
    try {
      if (writer != null) {
        writer.close();
      }
      if (details != null) {
        Files.deleteIfExists(details);
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }
}

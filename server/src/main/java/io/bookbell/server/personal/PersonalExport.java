package io.bookbell.server.personal;

import io.bookbell.server.http.Caller;
import io.bookbell.server.http.StreamedFile;
import io.bookbell.server.json.Json;
import io.bookbell.server.personal.ExportSection.ExportRow;
import io.bookbell.server.personal.ExportSection.RowKey;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Optional;

/**
 * The JSON file with everything that is stored about its caller: an object with a member for each
 * section. Stateless.
 */
final class PersonalExport implements StreamedFile<PersonalExport.ExportPosition> {

  /**
   * A position in the file.
   *
   * @param section the number of the section to be continued
   * @param after the last row of it that was written
   */
  record ExportPosition(int section, RowKey after) {
    boolean isAtStart() {
      return after.equals(RowKey.START);
    }
  }

  @Override
  public String fileName() {
    return "bookbell-data.json";
  }

  @Override
  public String contentType() {
    return "application/json; charset=utf-8";
  }

  @Override
  public FilePart<ExportPosition> read(
      Transaction tx, Caller caller, Optional<ExportPosition> from) {
    ExportPosition position = from.orElse(new ExportPosition(0, RowKey.START));
    ExportSection section = ExportSections.ALL.get(position.section);
    List<ExportRow> rows = section.readAfter(tx, caller.user(), position.after);
    var text = new StringBuilder();
    if (from.isEmpty()) {
      text.append("{\n").append(member("exported_at")).append(Json.writeAsString(tx.now()));
    }
    if (position.isAtStart()) {
      text.append(",\n").append(member(section.name()));
    }
    if (section.keys().isEmpty()) {
      text.append(rows.isEmpty() ? "null" : Json.writeAsString(rows.getFirst().values()));
      return new FilePart<>(end(text, position), nextSection(position));
    }
    if (position.isAtStart()) {
      text.append('[');
    }
    appendRows(text, rows, position);
    if (rows.size() == ExportSection.ROWS_AT_ONCE) {
      RowKey last = rows.getLast().key();
      return new FilePart<>(
          text.toString(), Optional.of(new ExportPosition(position.section, last)));
    }
    text.append(']');
    return new FilePart<>(end(text, position), nextSection(position));
  }

  private static void appendRows(
      StringBuilder text, List<ExportRow> rows, ExportPosition position) {
    boolean first = position.isAtStart();
    for (ExportRow row : rows) {
      text.append(first ? "\n" : ",\n").append(Json.writeAsString(row.values()));
      first = false;
    }
  }

  private static String member(String name) {
    return Json.writeAsString(name) + ": ";
  }

  private static String end(StringBuilder text, ExportPosition position) {
    return nextSection(position).isEmpty() ? text.append("\n}\n").toString() : text.toString();
  }

  private static Optional<ExportPosition> nextSection(ExportPosition position) {
    int next = position.section + 1;
    return next < ExportSections.ALL.size()
        ? Optional.of(new ExportPosition(next, RowKey.START))
        : Optional.empty();
  }
}

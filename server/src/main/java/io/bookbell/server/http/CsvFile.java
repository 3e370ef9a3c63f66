package io.bookbell.server.http;

import io.bookbell.server.storage.Transaction;
import java.util.Map;
import java.util.Optional;

/** The CSV file of one request: a table, which rows of it, and how its cells are separated. */
record CsvFile<C>(Csv.CsvTable<C> csvTable, C query, Csv.CsvSeparator csvSeparator)
    implements StreamedFile<PageCursor> {
  @Override
  public String fileName() {
    return csvTable.fileName();
  }

  @Override
  public String contentType() {
    return "text/csv; charset=utf-8";
  }

  @Override
  public Map<String, String> headers() {
    return Map.of("Vary", "Accept-Language");
  }

  @Override
  public FilePart<PageCursor> read(Transaction tx, Caller caller, Optional<PageCursor> from) {
    Csv.CsvChunk chunk = csvTable.source().read(tx, caller, query, from);
    String head =
        from.isPresent() ? "" : Csv.START + Csv.formatLine(csvTable.columns(), csvSeparator);
    return new FilePart<>(head + chunk.toCsv(csvSeparator), chunk.last());
  }
}

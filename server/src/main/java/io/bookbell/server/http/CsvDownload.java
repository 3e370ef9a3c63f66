package io.bookbell.server.http;

import io.bookbell.server.storage.Database;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams a CSV file to a client, chunk by chunk: the next one is read once the previous one has
 * been written, so memory use is independent of the file's size. Confined to the request's event
 * loop.
 */
final class CsvDownload<C> {
  private static final Logger log = LoggerFactory.getLogger(CsvDownload.class);

  private final RoutingContext context;
  private final Database database;
  private final Csv.CsvTable<C> csvTable;
  private final Caller caller;
  private final C query;
  private final Csv.CsvSeparator csvSeparator;

  CsvDownload(
      RoutingContext context,
      Database database,
      Csv.CsvTable<C> csvTable,
      Caller caller,
      C query,
      Csv.CsvSeparator csvSeparator) {
    this.context = context;
    this.database = database;
    this.csvTable = csvTable;
    this.caller = caller;
    this.query = query;
    this.csvSeparator = csvSeparator;
  }

  /**
   * Starts the download. The future fails if the first chunk can't be read; a later failure closes
   * the connection.
   */
  Future<Void> start() {
    return readChunk(Optional.empty()).map(this::writeFirstChunk);
  }

  private Future<Csv.CsvChunk> readChunk(Optional<PageCursor> after) {
    return Future.fromCompletionStage(
        database.read(tx -> csvTable.source().read(tx, caller, query, after)),
        Vertx.currentContext());
  }

  private @Nullable Void writeFirstChunk(Csv.CsvChunk first) {
    HttpServerResponse response =
        context
            .response()
            .setChunked(true)
            .putHeader("Cache-Control", "no-store")
            .putHeader("Vary", "Accept-Language")
            .putHeader("Content-Type", "text/csv; charset=utf-8")
            .putHeader(
                "Content-Disposition", "attachment; filename=\"" + csvTable.fileName() + "\"");
    writeChunk(
        response,
        Csv.START + Csv.formatLine(csvTable.columns(), csvSeparator) + first.toCsv(csvSeparator),
        first.last());
    return null;
  }

  private void writeChunk(HttpServerResponse response, String text, Optional<PageCursor> last) {
    if (last.isEmpty()) {
      response.end(text);
      return;
    }
    Buffer piece = Buffer.buffer(text);
    var memory = BodyBudget.tryTakeForAnswer(context, piece.length());
    if (memory.isEmpty()) {
      abortDownload(Problem.serverBusy("Too many large responses are in progress."));
      return;
    }
    response
        .write(piece)
        .onComplete(_ -> memory.get().run())
        .compose(_ -> readChunk(last))
        .onSuccess(next -> writeChunk(response, next.toCsv(csvSeparator), next.last()))
        .onFailure(this::abortDownload);
  }

  /** Closes the connection, so that a truncated file doesn't look complete. */
  private void abortDownload(Throwable failure) {
    if (!context.response().closed()) {
      log.warn("{} could not be finished", csvTable.fileName(), failure);
      var _ = context.request().connection().close();
    }
  }
}

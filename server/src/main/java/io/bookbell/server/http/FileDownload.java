package io.bookbell.server.http;

import io.bookbell.server.http.StreamedFile.FilePart;
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
 * Streams a file to a client, part by part: the next one is read once the previous one has been
 * written, so memory use is independent of the file's size. It ends with the caller's session or
 * key. Confined to the request's event loop.
 */
final class FileDownload<K> {
  private static final Logger log = LoggerFactory.getLogger(FileDownload.class);

  private final RoutingContext context;
  private final Database database;
  private final CallerLookup callers;
  private final StreamedFile<K> file;
  private final Caller caller;

  FileDownload(
      RoutingContext context,
      Database database,
      CallerLookup callers,
      StreamedFile<K> file,
      Caller caller) {
    this.context = context;
    this.database = database;
    this.callers = callers;
    this.file = file;
    this.caller = caller;
  }

  /**
   * Starts the download. The future fails if the first part can't be read; a later failure closes
   * the connection.
   */
  Future<Void> start() {
    return readPart(Optional.empty()).map(this::writeFirstPart);
  }

  private Future<FilePart<K>> readPart(Optional<K> from) {
    return Future.fromCompletionStage(
        database.read(tx -> file.read(tx, caller, from)), Vertx.currentContext());
  }

  private @Nullable Void writeFirstPart(FilePart<K> first) {
    HttpServerResponse response =
        context
            .response()
            .setChunked(true)
            .putHeader("Cache-Control", "no-store")
            .putHeader("Content-Type", file.contentType())
            .putHeader("Content-Disposition", "attachment; filename=\"" + file.fileName() + "\"");
    file.headers().forEach(response::putHeader);
    writePart(response, first);
    return null;
  }

  private void writePart(HttpServerResponse response, FilePart<K> part) {
    if (part.next().isEmpty()) {
      response.end(part.text());
      return;
    }
    Buffer piece = Buffer.buffer(part.text());
    var memory = BodyBudget.tryTakeForAnswer(context, piece.length());
    if (memory.isEmpty()) {
      abortDownload(Problem.serverBusy("Too many large responses are in progress."));
      return;
    }
    response
        .write(piece)
        .onComplete(_ -> memory.get().run())
        .compose(_ -> callers.requireAlive(caller))
        .compose(_ -> readPart(part.next()))
        .onSuccess(next -> writePart(response, next))
        .onFailure(this::abortDownload);
  }

  /** Closes the connection, so that a truncated file doesn't look complete. */
  private void abortDownload(Throwable failure) {
    if (!context.response().closed()) {
      log.warn("{} could not be finished", file.fileName(), failure);
      var _ = context.request().connection().close();
    }
  }
}

package io.bookbell.server;

import io.bookbell.server.outbox.NewsTransport;
import io.bookbell.server.outbox.OutboxSender;
import io.bookbell.server.outbox.OutboxStatistics;
import io.bookbell.server.storage.Database;
import java.util.ArrayList;
import java.util.List;

/** Wires what leaves this server: the outbox, and a transport for each kind that is set up. */
final class NewsWiring {
  private final OutboxStatistics statistics = new OutboxStatistics();
  private final Database database;

  NewsWiring(Database database) {
    this.database = database;
  }

  /** Starts to send. The caller closes the sender. */
  OutboxSender startSender() {
    var sender = new OutboxSender(database, transports(), statistics);
    sender.start();
    return sender;
  }

  private List<NewsTransport> transports() {
    return new ArrayList<>();
  }
}

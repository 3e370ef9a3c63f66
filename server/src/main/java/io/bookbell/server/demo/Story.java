package io.bookbell.server.demo;

import io.bookbell.hub.UserId;
import io.bookbell.server.demo.DemoData.Asker;
import io.bookbell.server.request.BookRequests;
import io.bookbell.server.request.BookRequests.Decision;
import io.bookbell.server.request.BookRequests.NewRequest;
import io.bookbell.server.request.Status;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What happened before the demonstration starts: who asked for which book when, and what became of
 * it. Events are told in the order of their times. Not thread-safe.
 */
final class Story {
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparing(Event::time).thenComparingInt(Event::number));
  private final BookRequests requests;
  private final Texts texts;
  private final Random random;
  private final Instant begin;
  private final Instant end;
  private int eventCount;

  Story(BookRequests requests, Texts texts, Random random, Instant begin, Instant end) {
    this.requests = requests;
    this.texts = texts;
    this.random = random;
    this.begin = begin;
    this.end = end;
  }

  /** Has somebody ask for their books, and these admins answer. */
  void add(Asker asker, List<UserId> admins) {
    for (int book = 0; book < asker.books(); book++) {
      Instant time = begin.plusSeconds(1 + random.nextLong(seconds(begin, end)));
      at(time, tx -> ask(tx, asker, admins, time));
    }
  }

  /** Has something else happen. */
  void add(Instant time, Consumer<Transaction> event) {
    at(time, event::accept);
  }

  void tell(Transaction tx) {
    while (!events.isEmpty()) {
      Event event = events.remove();
      event.action.happen(tx.at(event.time));
    }
  }

  private void ask(Transaction tx, Asker asker, List<UserId> admins, Instant time) {
    Texts.Book book = texts.nextBook();
    String note = random.nextInt(5) < 2 ? texts.note(random) : null;
    long id =
        requests
            .create(
                tx,
                asker.user(),
                new NewRequest(
                    asker.creator(), book.title(), book.author(), book.isbn(), note, null))
            .id();
    UserId admin = admins.get(random.nextInt(admins.size()));
    switch (random.nextInt(20)) {
      case 0, 1 -> later(time, 90, next -> requests.cancel(next, asker.user(), id));
      case 2, 3, 4, 5 -> answer(time, admin, id, Status.REJECTED, texts.rejection(random));
      case 6, 7 -> talk(time, asker, admin, id);
      case 8, 9 -> {
        // stays open without a word
      }
      default -> grant(time, asker, admin, id);
    }
  }

  private void answer(Instant after, UserId admin, long id, Status status, String word) {
    later(after, 60 * 60, tx -> requests.respond(tx, admin, id, new Decision(status, word)));
  }

  private void grant(Instant after, Asker asker, UserId admin, long id) {
    Instant approved = after.plus(minutes(60 * 30));
    at(
        approved,
        tx ->
            requests.respond(tx, admin, id, new Decision(Status.APPROVED, texts.approval(random))));
    if (random.nextInt(3) == 0) {
      later(approved, 60 * 5, tx -> requests.reply(tx, asker.user(), id, texts.reply(random)));
    }
    if (random.nextInt(2) == 0) {
      Instant completed = approved.plus(minutes(60 * 24 * 9));
      at(
          completed,
          tx ->
              requests.respond(
                  tx, admin, id, new Decision(Status.COMPLETED, texts.completion(random))));
    }
  }

  private void talk(Instant after, Asker asker, UserId admin, long id) {
    Instant question = after.plus(minutes(60 * 10));
    at(question, tx -> requests.reply(tx, admin, id, texts.reply(random)));
    later(question, 60 * 8, tx -> requests.reply(tx, asker.user(), id, texts.reply(random)));
  }

  private void later(Instant after, int mostMinutes, Action action) {
    at(after.plus(minutes(mostMinutes)), action);
  }

  /** What would happen after the end has not happened yet. */
  private void at(Instant time, Action action) {
    if (time.isBefore(end)) {
      events.add(new Event(time, eventCount++, action));
    }
  }

  private Duration minutes(int most) {
    return Duration.ofSeconds(60L + random.nextInt(most * 60));
  }

  private static long seconds(Instant from, Instant to) {
    return Duration.between(from, to).toSeconds() - 1;
  }

  @FunctionalInterface
  private interface Action {
    void happen(Transaction tx);
  }

  private record Event(Instant time, int number, Action action) {}
}

package io.bookbell.server.demo;

import io.bookbell.hub.UserId;
import io.bookbell.server.demo.DemoData.DemoSupporter;
import io.bookbell.server.request.BookRequestService;
import io.bookbell.server.request.Decision;
import io.bookbell.server.request.NewRequest;
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
 * The events of the demo's past: who requested which book when, and how the request ended. Events
 * are played in the order of their times. Not thread-safe.
 */
final class DemoTimeline {
  private final PriorityQueue<TimelineEvent> events =
      new PriorityQueue<>(
          Comparator.comparing(TimelineEvent::time).thenComparingInt(TimelineEvent::number));
  private final BookRequestService requests;
  private final DemoTexts demoTexts;
  private final Random random;
  private final Instant begin;
  private final Instant end;
  private int eventCount;

  DemoTimeline(
      BookRequestService requests, DemoTexts demoTexts, Random random, Instant begin, Instant end) {
    this.requests = requests;
    this.demoTexts = demoTexts;
    this.random = random;
    this.begin = begin;
    this.end = end;
  }

  /** Schedules a supporter's requests and the admins' answers to them. */
  void addRequests(DemoSupporter demoSupporter, List<UserId> admins) {
    for (int book = 0; book < demoSupporter.books(); book++) {
      Instant time = begin.plusSeconds(1 + random.nextLong(secondsBetween(begin, end)));
      scheduleAt(time, tx -> createRequest(tx, demoSupporter, admins, time));
    }
  }

  /** Schedules another event. */
  void addEvent(Instant time, Consumer<Transaction> event) {
    scheduleAt(time, event::accept);
  }

  void playEvents(Transaction tx) {
    while (!events.isEmpty()) {
      TimelineEvent timelineEvent = events.remove();
      timelineEvent.action.run(tx.atTime(timelineEvent.time));
    }
  }

  private void createRequest(
      Transaction tx, DemoSupporter demoSupporter, List<UserId> admins, Instant time) {
    DemoTexts.DemoBook demoBook = demoTexts.nextBook();
    String note = random.nextInt(5) < 2 ? demoTexts.randomNote(random) : null;
    long id =
        requests
            .create(
                tx,
                demoSupporter.user(),
                new NewRequest(
                    demoSupporter.creator(),
                    demoBook.title(),
                    demoBook.author(),
                    demoBook.isbn(),
                    note,
                    null))
            .id();
    UserId admin = admins.get(random.nextInt(admins.size()));
    switch (random.nextInt(20)) {
      case 0, 1 ->
          scheduleAfter(time, 90, next -> requests.cancelRequest(next, demoSupporter.user(), id));
      case 2, 3, 4, 5 ->
          scheduleResponse(time, admin, id, Status.REJECTED, demoTexts.randomRejection(random));
      case 6, 7 -> scheduleReplies(time, demoSupporter, admin, id);
      case 8, 9 -> {
        // stays pending without a reply
      }
      default -> scheduleApproval(time, demoSupporter, admin, id);
    }
  }

  private void scheduleResponse(Instant after, UserId admin, long id, Status status, String word) {
    scheduleAfter(
        after, 60 * 60, tx -> requests.respondToRequest(tx, admin, id, new Decision(status, word)));
  }

  private void scheduleApproval(Instant after, DemoSupporter demoSupporter, UserId admin, long id) {
    Instant approved = after.plus(randomDelay(60 * 30));
    scheduleAt(
        approved,
        tx ->
            requests.respondToRequest(
                tx, admin, id, new Decision(Status.APPROVED, demoTexts.randomApproval(random))));
    if (random.nextInt(3) == 0) {
      scheduleAfter(
          approved,
          60 * 5,
          tx -> requests.addReply(tx, demoSupporter.user(), id, demoTexts.randomReply(random)));
    }
    if (random.nextInt(2) == 0) {
      Instant completed = approved.plus(randomDelay(60 * 24 * 9));
      scheduleAt(
          completed,
          tx ->
              requests.respondToRequest(
                  tx,
                  admin,
                  id,
                  new Decision(Status.COMPLETED, demoTexts.randomCompletion(random))));
    }
  }

  private void scheduleReplies(Instant after, DemoSupporter demoSupporter, UserId admin, long id) {
    Instant question = after.plus(randomDelay(60 * 10));
    scheduleAt(question, tx -> requests.addReply(tx, admin, id, demoTexts.randomReply(random)));
    scheduleAfter(
        question,
        60 * 8,
        tx -> requests.addReply(tx, demoSupporter.user(), id, demoTexts.randomReply(random)));
  }

  private void scheduleAfter(Instant after, int mostMinutes, TimelineAction timelineAction) {
    scheduleAt(after.plus(randomDelay(mostMinutes)), timelineAction);
  }

  /** Schedules an event, unless it would happen after the end. */
  private void scheduleAt(Instant time, TimelineAction timelineAction) {
    if (time.isBefore(end)) {
      events.add(new TimelineEvent(time, eventCount++, timelineAction));
    }
  }

  private Duration randomDelay(int most) {
    return Duration.ofSeconds(60L + random.nextInt(most * 60));
  }

  private static long secondsBetween(Instant from, Instant to) {
    return Duration.between(from, to).toSeconds() - 1;
  }

  @FunctionalInterface
  private interface TimelineAction {
    void run(Transaction tx);
  }

  private record TimelineEvent(Instant time, int number, TimelineAction action) {}
}

package io.bookbell.server.webpush;

import io.bookbell.server.news.NewsWords;
import io.bookbell.server.news.NotificationSettingsService;
import io.bookbell.server.news.PersonalFilter;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.NewsTransport;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.outbox.SendPlan;
import io.bookbell.server.outbox.SendPlan.SendLater;
import io.bookbell.server.outbox.SendPlan.SendNow;
import io.bookbell.server.outbox.SendPlan.SkipItems;
import io.bookbell.server.outbox.SendResult;
import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.TargetGone;
import io.bookbell.server.outbox.SendResult.TryAgain;
import io.bookbell.server.outgoing.OutgoingRequests;
import io.bookbell.server.outgoing.OutgoingResponse;
import io.bookbell.server.storage.Transaction;
import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Sends news to browsers, through the push services that they have subscribed at. The first piece
 * of news is sent at once; what follows within a minute is sent together after it. Thread-safe.
 */
public final class PushTransport implements NewsTransport {
  private static final Duration BETWEEN = Duration.ofMinutes(1);

  /** For how long a push service keeps a message for a browser that is offline. */
  private static final Duration TTL = Duration.ofDays(2);

  private static final int NOT_FOUND = 404;
  private static final int GONE = 410;
  private static final int TOO_LARGE = 413;

  private final OutgoingRequests outgoingRequests;
  private final PersonalFilter personalFilter;
  private final OutboxStore outboxStore;
  private final PushSender pushSender;
  private final BiPredicate<Transaction, String> liveSessions;
  private final NewsTargetStore targetStore = new NewsTargetStore();
  private final PushKeyStore keyStore = new PushKeyStore();

  /**
   * How push services see this installation.
   *
   * @param contact where their operators find us: a {@code mailto:} or {@code https:} URL
   * @param basePath the path of the public URL
   */
  public record PushSender(String contact, String basePath) {}

  /**
   * Creates the transport.
   *
   * @param liveSessions whether somebody is still signed in with a session, by its hash
   */
  public PushTransport(
      OutgoingRequests outgoingRequests,
      PersonalFilter personalFilter,
      OutboxStore outboxStore,
      PushSender pushSender,
      BiPredicate<Transaction, String> liveSessions) {
    this.liveSessions = liveSessions;
    this.outgoingRequests = outgoingRequests;
    this.personalFilter = personalFilter;
    this.outboxStore = outboxStore;
    this.pushSender = pushSender;
  }

  @Override
  public NewsKind kind() {
    return NewsKind.WEB_PUSH;
  }

  @Override
  public SendPlan planNext(Transaction tx, NewsTarget target, List<OutboxItem> queued) {
    PushDetails details = PushDetails.parse(target.details());
    if (details.session().filter(session -> !liveSessions.test(tx, session)).isPresent()) {
      targetStore.delete(tx, target.id()); // such as one that has expired just now
      return new SkipItems(queued.stream().map(OutboxItem::id).toList());
    }
    return personalFilter.planNews(
        tx,
        target,
        queued,
        (wanted, words) -> planMessage(tx, target, details.browserKeys(), wanted, words));
  }

  private SendPlan planMessage(
      Transaction tx,
      NewsTarget target,
      BrowserKeys browserKeys,
      List<OutboxItem> wanted,
      NewsWords words) {
    boolean test = wanted.getFirst().event().equals(NotificationSettingsService.TEST_EVENT);
    Optional<Instant> pauseEnd =
        outboxStore
            .findLastSent(tx, target.id())
            .map(sent -> sent.plus(BETWEEN))
            .filter(end -> end.isAfter(tx.now()) && !test);
    if (pauseEnd.isPresent()) {
      return new SendLater(pauseEnd.get());
    }
    var envelope =
        new Envelope(URI.create(target.address()), browserKeys, keyStore.keyPair(tx), tx.now());
    PushMessage message = PushMessage.of(wanted, words);
    List<Long> ids = wanted.stream().map(OutboxItem::id).toList();
    return new SendNow(ids, List.of(), () -> send(envelope, message));
  }

  /** Where a message goes, and by whom, as it is when that is planned. */
  private record Envelope(URI endpoint, BrowserKeys browserKeys, KeyPair serverKeys, Instant now) {}

  private SendResult send(Envelope envelope, PushMessage message)
      throws IOException, InterruptedException {
    OutgoingResponse response = post(envelope, message);
    if (response.status() == TOO_LARGE) {
      response = post(envelope, message.shortened());
    }
    if (response.isSuccess()) {
      return new Accepted();
    }
    String reason = ("Status " + response.status() + " " + response.start()).strip();
    return switch (response.status()) {
      case NOT_FOUND, GONE -> new TargetGone(reason);
      case TOO_LARGE -> new ItemRefused(reason);
      default -> new TryAgain(reason, response.retryAfter());
    };
  }

  private OutgoingResponse post(Envelope envelope, PushMessage message)
      throws IOException, InterruptedException {
    byte[] body = envelope.browserKeys.encrypt(message.encode(pushSender.basePath));
    String authorization =
        VapidToken.authorization(
            envelope.serverKeys, envelope.endpoint, pushSender.contact, envelope.now);
    Map<String, String> headers =
        Map.of(
            "Authorization",
            authorization,
            "Content-Encoding",
            "aes128gcm",
            "Content-Type",
            "application/octet-stream",
            "TTL",
            Long.toString(TTL.toSeconds()),
            "Urgency",
            "normal",
            "Topic",
            message.topic());
    return outgoingRequests.post(envelope.endpoint, headers, body);
  }
}

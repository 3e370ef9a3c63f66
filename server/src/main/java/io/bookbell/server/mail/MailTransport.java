package io.bookbell.server.mail;

import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.http.Problem;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.news.Digest;
import io.bookbell.server.news.NewsWords;
import io.bookbell.server.news.PersonalFilter;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTarget.TargetPurpose;
import io.bookbell.server.outbox.NewsTransport;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.outbox.SendPlan;
import io.bookbell.server.outbox.SendPlan.SendLater;
import io.bookbell.server.outbox.SendPlan.SendNow;
import io.bookbell.server.outbox.SendPlan.SkipItems;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sends news by mail, each at once or several together, and mails about accounts. Thread-safe. */
public final class MailTransport implements NewsTransport, AutoCloseable {
  /** More than these, for instance after quiet hours, are sent as one mail. */
  private static final int MAX_SEPARATE = 3;

  private final MailServer mailServer;
  private final MailComposer composer;
  private final PersonalFilter personalFilter;
  private final Map<String, TransactionalMail> transactionalMails;

  /**
   * Creates the transport.
   *
   * @param publicUrl to which the links in mails lead
   * @param transactionalMails what is mailed besides news, by the event of the item
   */
  public MailTransport(
      MailConfig mailConfig,
      PublicUrl publicUrl,
      PersonalFilter personalFilter,
      Map<String, TransactionalMail> transactionalMails) {
    this.mailServer = new MailServer(mailConfig, MailServer.TIMEOUT);
    this.composer = new MailComposer(publicUrl);
    this.personalFilter = personalFilter;
    this.transactionalMails = Map.copyOf(transactionalMails);
  }

  @Override
  public NewsKind kind() {
    return NewsKind.MAIL;
  }

  @Override
  public Duration timeout() {
    return mailServer.longestSend();
  }

  @Override
  public boolean hasOneService() {
    return true;
  }

  @Override
  public SendPlan planNext(Transaction tx, NewsTarget target, List<OutboxItem> queued) {
    OutboxItem first = queued.getFirst();
    TransactionalMail action = transactionalMails.get(first.event());
    if (action != null) {
      return planAction(tx, target, first, action);
    }
    if (target.purpose() == TargetPurpose.CHANNEL && !target.verified()) {
      return new SkipItems(queued.stream().map(OutboxItem::id).toList());
    }
    return planNews(tx, target, queued.stream().filter(this::isNews).toList());
  }

  @Override
  public List<OutboxItem> findDue(
      Transaction tx, NewsTarget target, List<OutboxItem> queued, Instant time) {
    List<OutboxItem> news = queued.stream().filter(this::isNews).toList();
    Set<OutboxItem> due = new HashSet<>(personalFilter.findDue(tx, target, news, time));
    return queued.stream().filter(item -> !isNews(item) || due.contains(item)).toList();
  }

  private boolean isNews(OutboxItem item) {
    return !transactionalMails.containsKey(item.event());
  }

  /** The link is created in this transaction, so that its secret is stored nowhere. */
  private SendPlan planAction(
      Transaction tx, NewsTarget target, OutboxItem item, TransactionalMail action) {
    try {
      var link =
          action.prepare(
              tx, target, new TransactionalMailDetails(NewsBody.parse(item.body()).details()));
      if (link.isEmpty()) {
        return new SkipItems(List.of(item.id()));
      }
      ComposedMail mail = composer.composeAction(target.address(), item, link.get());
      return SendNow.single(item, () -> mailServer.send(mail));
    } catch (Problem e) {
      return new SkipItems(List.of(item.id()));
    }
  }

  private SendPlan planNews(Transaction tx, NewsTarget target, List<OutboxItem> queued) {
    Optional<OutboxItem> test = PersonalFilter.findTest(queued);
    if (test.isPresent()) {
      return sendOne(target, test.get(), personalFilter.wordsOf(tx, target));
    }
    var filtered = personalFilter.filterItems(tx, target, queued, true);
    if (!filtered.unwanted().isEmpty()) {
      return new SkipItems(filtered.unwanted());
    }
    if (filtered.sendAt().isPresent()) {
      return new SendLater(filtered.sendAt().get());
    }
    List<OutboxItem> wanted = asTriedBefore(filtered.wanted());
    NewsWords words = NewsWords.of(filtered.preference().language());
    boolean together =
        wanted.size() > MAX_SEPARATE
            || (filtered.preference().digest() != Digest.OFF && wanted.size() > 1);
    if (!together) {
      return sendOne(target, wanted.getFirst(), words);
    }
    ComposedMail digest = composer.composeDigest(target, wanted, words);
    List<Long> ids = wanted.stream().map(OutboxItem::id).toList();
    return new SendNow(ids, List.of(), () -> mailServer.send(digest));
  }

  /**
   * Items that were tried together are tried again together: the mail then has the same Message-ID,
   * by which a mail program drops the second copy if the first one has arrived after all.
   */
  private static List<OutboxItem> asTriedBefore(List<OutboxItem> wanted) {
    return wanted.getFirst().attempts() == 0
        ? wanted
        : wanted.stream().takeWhile(item -> item.attempts() > 0).toList();
  }

  private SendPlan sendOne(NewsTarget target, OutboxItem item, NewsWords words) {
    ComposedMail mail = composer.composeNews(target, item, words);
    return SendNow.single(item, () -> mailServer.send(mail));
  }

  @Override
  public void close() {
    mailServer.close();
  }
}

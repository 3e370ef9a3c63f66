package io.bookbell.server.webhook;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.Problem;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTarget.TargetPurpose;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.webhook.Webhook.WebhookDetails;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Manages the webhooks of creators, for the creators themselves. Thread-safe and stateless. */
public final class WebhookService {
  /** The events of creators. The others concern single people. */
  static final Set<NewsEvent> EVENTS =
      Set.of(
          NewsEvent.REQUEST_CREATED,
          NewsEvent.REQUEST_ANSWERED,
          NewsEvent.REQUEST_WITHDRAWN,
          NewsEvent.REPLY_ADDED);

  /** The name of the item that a creator sends to try a webhook. */
  static final String TEST = "test";

  private static final int MAX_WEBHOOKS = 20;
  private static final int DELIVERIES_SHOWN = 100;

  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final NewsTargetStore targetStore;
  private final OutboxStore outboxStore;

  public WebhookService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      NewsTargetStore targetStore,
      OutboxStore outboxStore) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.targetStore = targetStore;
    this.outboxStore = outboxStore;
  }

  /** The terms of a new webhook. */
  record NewWebhook(
      UserId creator,
      WebhookKind kind,
      Optional<String> name,
      String url,
      Set<NewsEvent> events,
      Optional<String> secret,
      Optional<String> template) {}

  /** A new webhook and its secret, which isn't shown again. */
  record CreatedWebhook(Webhook webhook, String secret) {}

  /** The fields to change; empty fields stay as they are. */
  record WebhookChanges(
      Optional<String> name,
      Optional<String> url,
      Optional<Set<NewsEvent>> events,
      Optional<String> template) {}

  /** Returns a creator's webhooks, oldest first. */
  List<Webhook> list(Transaction tx, UserId actor, UserId creator) {
    var targets = targetStore.findWebhooksLater(tx, creator);
    var events = targetStore.findWebhookEventsLater(tx, creator);
    creatorRoles.requireCreator(tx, creatorStore.get(tx, creator), actor);
    return targets.get().stream()
        .map(target -> toWebhook(target, creator, events.get().getOrDefault(target.id(), Set.of())))
        .toList();
  }

  private static Webhook toWebhook(NewsTarget target, UserId creator, Set<NewsEvent> events) {
    return Webhook.of(target, creator, List.copyOf(new TreeSet<>(events)));
  }

  /**
   * Creates a webhook.
   *
   * @throws Problem 409 when the creator has the maximum number
   */
  CreatedWebhook create(Transaction tx, UserId actor, NewWebhook newWebhook) {
    UserId creator = newWebhook.creator;
    creatorRoles.requireCreator(tx, creatorStore.lockCreator(tx, creator), actor);
    if (targetStore.findWebhooks(tx, creator).size() >= MAX_WEBHOOKS) {
      throw Problem.limitReached("too_many_webhooks", MAX_WEBHOOKS, "webhooks");
    }
    String secret = newWebhook.secret.orElseGet(SecretTokens::createToken);
    var webhookDetails =
        new WebhookDetails(newWebhook.kind, secret, null, null)
            .withTexts(newWebhook.name, newWebhook.template);
    NewsTarget target =
        targetStore.create(
            tx,
            new NewTarget(
                actor,
                creator,
                TargetPurpose.WEBHOOK,
                newWebhook.kind.newsKind(),
                newWebhook.url,
                webhookDetails.stored(),
                true));
    targetStore.replaceEvents(tx, target, newWebhook.events);
    return new CreatedWebhook(toWebhook(target, creator, newWebhook.events), secret);
  }

  /**
   * Changes a webhook, which also makes it active again. What is queued goes to the new URL, at
   * once.
   *
   * @throws Problem 400 if no events are named for a webhook that an earlier version has ended,
   *     which also removed its events
   */
  Webhook update(Transaction tx, UserId actor, long id, WebhookChanges webhookChanges) {
    NewsTarget before = lockWebhook(tx, actor, id);
    WebhookDetails webhookDetails = WebhookDetails.parse(before.details());
    String url = webhookChanges.url.orElse(before.address());
    WebhookAddress.requireValid(webhookDetails.kind(), url);
    webhookChanges.template.ifPresent(text -> requireTemplate(webhookDetails.kind(), text));
    String details =
        webhookDetails.withTexts(webhookChanges.name, webhookChanges.template).stored();
    targetStore.changeAddress(tx, id, url, details, true);
    webhookChanges.events.ifPresent(events -> targetStore.replaceEvents(tx, before, events));
    Webhook changed = find(tx, id);
    if (changed.events().isEmpty()) {
      throw Problem.validationFailed("events", "must be named, because this webhook has lost them");
    }
    return changed;
  }

  /**
   * Requires a template for a chat, or none.
   *
   * @throws Problem 400 naming the field {@code template}
   */
  static void requireTemplate(WebhookKind kind, String template) {
    Optional<String> fault =
        kind.isChat() || template.isBlank()
            ? WebhookTemplate.findFault(template)
            : Optional.of("is only for chat services");
    fault.ifPresent(
        text -> {
          throw Problem.validationFailed("template", text);
        });
  }

  private Webhook find(Transaction tx, long id) {
    NewsTarget target = targetStore.find(tx, id).orElseThrow(Problem::notFound);
    Set<NewsEvent> events = targetStore.findEvents(tx, List.of(id)).getOrDefault(id, Set.of());
    return toWebhook(target, creatorOf(target), events);
  }

  /** Deletes a webhook with its deliveries. What is queued isn't sent. */
  void remove(Transaction tx, UserId actor, long id) {
    lockWebhook(tx, actor, id);
    targetStore.delete(tx, id);
  }

  /**
   * Queues a delivery by which a creator sees whether the webhook works. It follows what is queued
   * already, so that is tried now too. It is tried once, so that it delays no news.
   */
  OutboxItem sendTest(Transaction tx, UserId actor, long id) {
    NewsTarget target = lockWebhook(tx, actor, id);
    String body = WebhookExample.createBody(creatorOf(target), tx.now());
    outboxStore.addAndWake(tx, target, TEST, body);
    return outboxStore.listItems(tx, id, 1).getFirst();
  }

  /** Returns the newest deliveries of a webhook, newest first. */
  List<OutboxItem> listDeliveries(Transaction tx, UserId actor, long id) {
    var items = outboxStore.listItemsLater(tx, id, DELIVERIES_SHOWN);
    requireWebhook(tx, actor, id);
    return items.get();
  }

  /**
   * Queues a delivery again, with the same id. What is queued is tried now.
   *
   * @throws Problem 409 when it is still queued
   */
  void retryDelivery(Transaction tx, UserId actor, long id, long delivery) {
    lockWebhook(tx, actor, id);
    if (!outboxStore.sendAgain(tx, id, delivery)) {
      throw outboxStore.hasItem(tx, id, delivery)
          ? Problem.conflict("delivery_queued", "This delivery is still waiting to be sent.")
          : Problem.notFound();
    }
  }

  private NewsTarget lockWebhook(Transaction tx, UserId actor, long id) {
    NewsTarget target = requireWebhook(tx, actor, id);
    creatorStore.lockCreator(tx, creatorOf(target));
    return targetStore.find(tx, id).orElseThrow(Problem::notFound);
  }

  /**
   * Returns a webhook that a user may manage.
   *
   * @throws Problem 404 for anybody else than the creator, who must not learn which ids exist
   */
  private NewsTarget requireWebhook(Transaction tx, UserId actor, long id) {
    return targetStore
        .find(tx, id)
        .filter(target -> target.purpose() == TargetPurpose.WEBHOOK)
        .filter(target -> creatorOf(target).equals(actor))
        .orElseThrow(Problem::notFound);
  }

  private static UserId creatorOf(NewsTarget target) {
    UserId creator = target.creator();
    if (creator == null) {
      throw new IllegalStateException("The webhook " + target.id() + " belongs to no creator");
    }
    return creator;
  }
}

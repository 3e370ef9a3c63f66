package io.bookbell.server.webhook;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bookbell.hub.UserId;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.OutboxItem;
import io.bookbell.server.webhook.Webhook.WebhookDetails;
import io.bookbell.server.webhook.WebhookService.NewWebhook;
import io.bookbell.server.webhook.WebhookService.WebhookChanges;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/webhooks}: a creator's webhooks and what was sent to them. */
public final class WebhookRoutes {
  private static final String PATH = "/api/webhooks";
  private static final int MAX_TEMPLATE_LENGTH = 1_000;
  private static final int MAX_NAME_LENGTH = 60;
  private static final List<String> EVENTS =
      WebhookService.EVENTS.stream().sorted().map(NewsEvent::wireName).toList();

  private WebhookRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, WebhookService webhooks) {
    apiRouter.get(
        PATH,
        WebhookRoutes::parseCreatorId,
        (tx, caller, creator) ->
            ApiResponse.ok(new WebhookList(webhooks.list(tx, caller.user(), creator))));
    apiRouter.postSecret(
        PATH,
        RateLimit.ACCOUNT,
        WebhookRoutes::parseNewWebhook,
        (tx, caller, newWebhook) -> {
          var created = webhooks.create(tx, caller.user(), newWebhook);
          return ApiResponse.created(new CreatedResponse(created.webhook(), created.secret()));
        });
    apiRouter.post(
        PATH + "/preview",
        WebhookRoutes::parseTemplate,
        (_, _, template) ->
            ApiResponse.ok(new PreviewResponse(WebhookTexts.fillExample(template))));
    apiRouter.patch(
        PATH + "/:id",
        WebhookRoutes::parseChanges,
        (tx, caller, patch) ->
            ApiResponse.ok(webhooks.update(tx, caller.user(), patch.id, patch.changes)));
    apiRouter.delete(
        PATH + "/:id",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> {
          webhooks.remove(tx, caller.user(), id);
          return ApiResponse.noContent();
        });
    addDeliveryRoutes(apiRouter, webhooks);
  }

  private static void addDeliveryRoutes(ApiRouter apiRouter, WebhookService webhooks) {
    apiRouter.post(
        PATH + "/:id/test",
        RateLimit.ACCOUNT,
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) ->
            ApiResponse.accepted(new DeliveryResponse(webhooks.sendTest(tx, caller.user(), id))));
    apiRouter.get(
        PATH + "/:id/deliveries",
        apiRequest -> {
          apiRequest.queryParameters().requireNoErrors();
          return apiRequest.pathId("id");
        },
        (tx, caller, id) ->
            ApiResponse.ok(
                new DeliveryList(
                    webhooks.listDeliveries(tx, caller.user(), id).stream()
                        .map(DeliveryResponse::new)
                        .toList())));
    apiRouter.post(
        PATH + "/:id/deliveries/:delivery_id/retry",
        RateLimit.ACCOUNT,
        apiRequest -> new DeliveryId(apiRequest.pathId("id"), apiRequest.pathId("delivery_id")),
        (tx, caller, delivery) -> {
          webhooks.retryDelivery(tx, caller.user(), delivery.webhook, delivery.id);
          return ApiResponse.noContent();
        });
  }

  private static UserId parseCreatorId(ApiRequest apiRequest) {
    var queryParameters = apiRequest.queryParameters();
    UserId creator = queryParameters.requiredUserId("creator_id");
    queryParameters.requireNoErrors();
    return creator;
  }

  private static NewWebhook parseNewWebhook(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    WebhookKind kind =
        jsonBody
            .optionalOneOf("kind", WebhookKind.wireNames())
            .map(WebhookKind::of)
            .orElse(WebhookKind.WEBHOOK);
    var newWebhook =
        new NewWebhook(
            jsonBody.requiredUserId("creator_id"),
            kind,
            jsonBody.optionalLine("name", MAX_NAME_LENGTH),
            jsonBody.requiredVerbatim("url", 1, WebhookAddress.MAX_LENGTH),
            parseEvents(jsonBody.requiredSomeOf("events", EVENTS)),
            jsonBody.optionalLine(
                "secret", WebhookDetails.MIN_SECRET_LENGTH, WebhookDetails.MAX_SECRET_LENGTH),
            jsonBody.optionalText("template", MAX_TEMPLATE_LENGTH));
    jsonBody.requireNoErrors();
    WebhookAddress.requireValid(kind, newWebhook.url());
    newWebhook.template().ifPresent(template -> WebhookService.requireTemplate(kind, template));
    return newWebhook;
  }

  private static String parseTemplate(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    String template = jsonBody.requiredText("template", 1, MAX_TEMPLATE_LENGTH);
    jsonBody.requireNoErrors();
    WebhookService.requireTemplate(WebhookKind.DISCORD, template); // any chat
    return template;
  }

  private static WebhookPatch parseChanges(ApiRequest apiRequest) {
    long id = apiRequest.pathId("id");
    JsonBody jsonBody = apiRequest.jsonBody();
    var webhookChanges =
        new WebhookChanges(
            jsonBody.optionalLine("name", 0, MAX_NAME_LENGTH),
            jsonBody.optionalLine("url", 1, WebhookAddress.MAX_LENGTH),
            jsonBody.optionalOneOrMoreOf("events", EVENTS).map(WebhookRoutes::parseEvents),
            jsonBody.optionalText("template", 0, MAX_TEMPLATE_LENGTH));
    jsonBody.requireNoErrors();
    return new WebhookPatch(id, webhookChanges);
  }

  private static Set<NewsEvent> parseEvents(List<String> wireNames) {
    return wireNames.stream().map(NewsEvent::of).collect(Collectors.toSet());
  }

  private record WebhookPatch(long id, WebhookChanges changes) {}

  private record DeliveryId(long webhook, long id) {}

  private record WebhookList(List<Webhook> items) {}

  private record CreatedResponse(@JsonUnwrapped Webhook webhook, String secret) {}

  private record PreviewResponse(String text) {}

  private record DeliveryList(List<DeliveryResponse> items) {}

  /** What was, or will be, sent to a webhook. */
  private record DeliveryResponse(
      long id,
      String event,
      @Nullable Long bookRequestId,
      String state,
      int attempts,
      Instant createdAt,
      @Nullable Instant settledAt,
      @Nullable String error) {
    DeliveryResponse(OutboxItem item) {
      this(
          item.id(),
          item.event(),
          item.request(),
          item.state() == OutboxItem.ItemState.NEW ? "queued" : item.state().wireName(),
          item.attempts(),
          item.createdAt(),
          item.settledAt(),
          item.error());
    }
  }
}

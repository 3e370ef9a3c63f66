package io.bookbell.server.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.util.RawValue;
import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Connection;
import io.bookbell.hub.HistoryPage.HistoryEntry;
import io.bookbell.hub.LongPoll;
import io.bookbell.hub.LongPoll.PollOutcome;
import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.QueryParameters;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.live.LiveConnections.ConnectionSlot;
import io.bookbell.server.receipt.Device;
import io.bookbell.server.receipt.ReceiptService;
import io.bookbell.server.storage.Transaction;
import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/messages}, a long poll, and {@code POST /api/messages/ack}. Called on event
 * loops; stateless. While a poll waits, it is a connection of the hub and nothing else.
 */
public final class MessageRoutes {
  /** In seconds; below the minute after which many proxies close a request. */
  private static final int MAX_WAIT = 55;

  private static final int MAX_MESSAGES = 1000;
  private static final int DEFAULT_MESSAGES = 100;

  private final LiveConnections liveConnections;
  private final ConnectionAdmission admission;
  private final InboxStore inboxStore;
  private final ReceiptService receiptService;

  public MessageRoutes(
      LiveConnections liveConnections,
      ConnectionAdmission admission,
      InboxStore inboxStore,
      ReceiptService receiptService) {
    this.liveConnections = liveConnections;
    this.admission = admission;
    this.inboxStore = inboxStore;
    this.receiptService = receiptService;
  }

  public void addRoutes(ApiRouter apiRouter) {
    apiRouter.addAsync(
        HttpMethod.GET,
        "/api/messages",
        RateLimit.POLL,
        PollQuery::of,
        (caller, query) ->
            admission
                .reserveSlot(caller.user())
                .thenCompose(slot -> startPoll(caller, query, slot)));
    apiRouter.post(
        "/api/messages/ack",
        RateLimit.ACKNOWLEDGE,
        MessageRoutes::readAcknowledgement,
        this::acknowledge);
  }

  /**
   * A poll as requested.
   *
   * @param loop of the request
   * @param requestEnded completes when the response was sent or the client disconnected
   */
  private record PollQuery(
      Optional<Position> since,
      Duration waitTime,
      int limit,
      EventLoop loop,
      CompletableFuture<?> requestEnded) {
    static PollQuery of(ApiRequest apiRequest) {
      QueryParameters queryParameters = apiRequest.queryParameters();
      var query =
          new PollQuery(
              ConnectionAdmission.readPosition(queryParameters),
              Duration.ofSeconds(queryParameters.optionalInt("wait", 0, MAX_WAIT, 0)),
              queryParameters.optionalInt("limit", 1, MAX_MESSAGES, DEFAULT_MESSAGES),
              ConnectionAdmission.channelOf(apiRequest.httpRequest()).eventLoop(),
              apiRequest.whenEnded());
      queryParameters.requireNoErrors();
      return query;
    }
  }

  private static long readAcknowledgement(ApiRequest apiRequest) {
    var body = apiRequest.jsonBody();
    long seq = body.requiredSequence("seq");
    body.requireNoErrors();
    return seq;
  }

  private ApiResponse acknowledge(Transaction tx, Caller caller, long seq) {
    if (seq > inboxStore.readBounds(tx, caller.user()).seq()) {
      throw Problem.validationFailed("seq", "must be at most that of your last message");
    }
    var device = new Device(caller.user(), caller.session());
    receiptService.acknowledgePositions(tx, new TreeMap<>(Map.of(device, seq)));
    return ApiResponse.noContent();
  }

  private CompletionStage<ApiResponse> startPoll(
      Caller caller, PollQuery query, ConnectionSlot slot) {
    var ended = new CompletableFuture<PollOutcome>();
    var poll = new LongPoll(query.loop, query.limit, query.waitTime, ended::complete);
    Connection connection =
        liveConnections
            .webSocketManager()
            .connectPoll(
                poll,
                slot.nodeReservation(),
                ConnectionAdmission.metadataOf(caller, slot),
                query.since);
    var _ = query.requestEnded.thenRun(() -> connection.close(CloseReason.NORMAL));
    admission.closeIfSessionEnded(caller, connection);
    ConnectionAdmission.closeWhenExpired(caller, connection, query.loop)
        .ifPresent(
            expiry -> {
              var _ = ended.whenComplete((_, _) -> expiry.cancel(false));
            });
    return ended.whenComplete((_, _) -> slot.releaseSlot()).thenApply(MessageRoutes::toResponse);
  }

  private static ApiResponse toResponse(PollOutcome outcome) {
    return switch (outcome) {
      case PollOutcome.PolledMessages polled -> ApiResponse.ok(PollResponse.of(polled));
      case PollOutcome.ClosedPoll(CloseReason reason) -> throw toProblem(reason);
    };
  }

  private static Problem toProblem(CloseReason reason) {
    if (reason.equals(CloseReason.SESSION_ENDED)) {
      return Problem.unauthorized("The session has ended. Sign in again.");
    }
    return reason.code() == CloseReason.POLICY.code()
        ? ConnectionAdmission.tooManyConnections()
        : Problem.goingAway(secondsIn(reason));
  }

  /** Converts the reason's delay from milliseconds to whole seconds, always more than the delay. */
  private static long secondsIn(CloseReason reason) {
    try {
      return 1 + Long.parseLong(reason.text()) / 1000;
    } catch (NumberFormatException notADelay) {
      return 1;
    }
  }

  /**
   * The response to a poll.
   *
   * @param seq where the next poll continues
   * @param messages numbered, in order
   * @param unnumbered the current states, and messages without a number that came while waiting
   * @param initialData a snapshot, if the client can't continue from its position
   */
  private record PollResponse(
      @Nullable String epoch,
      long seq,
      List<RawValue> messages,
      List<RawValue> unnumbered,
      @Nullable RawValue initialData) {
    static PollResponse of(PollOutcome.PolledMessages polled) {
      return new PollResponse(
          polled.position().epoch().orElse(null),
          polled.position().seq(),
          polled.entries().stream().map(PollResponse::toJson).toList(),
          polled.unnumbered().stream().map(message -> toJson(message)).toList(),
          polled.snapshot().map(message -> toJson(message)).orElse(null));
    }

    private static RawValue toJson(HistoryEntry entry) {
      return new RawValue(new String(entry.message().json(entry.seq()), UTF_8));
    }

    private static RawValue toJson(Message message) {
      return new RawValue(new String(message.json(), UTF_8));
    }
  }
}

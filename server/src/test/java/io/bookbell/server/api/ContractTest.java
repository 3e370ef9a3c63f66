package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.bookbell.server.account.OwnAccountRoutes;
import io.bookbell.server.account.OwnSessionRoutes;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityRoutes;
import io.bookbell.server.activity.FieldChange.ChangedField;
import io.bookbell.server.book.BookRoutes;
import io.bookbell.server.canned.CannedResponseRoutes;
import io.bookbell.server.creator.CreatorRoutes;
import io.bookbell.server.creator.ProfilePictureRoutes;
import io.bookbell.server.follow.FollowRoutes;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.invitation.InvitationRoutes;
import io.bookbell.server.notification.NotificationKind;
import io.bookbell.server.notification.NotificationRoutes;
import io.bookbell.server.personal.ExportRoutes;
import io.bookbell.server.quota.QuotaRoutes;
import io.bookbell.server.request.RequestRoutes;
import io.bookbell.server.team.TeamRoutes;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The descriptions of the API are valid, and {@link Contract} detects deviations from them. */
class ContractTest {
  private static final Description HTTP = new Description("openapi.yaml");
  private static final Description LIVE = new Description("asyncapi.yaml");
  private static final Contract CONTRACT = new Contract();
  private static final String OPENAPI_31 =
      "https://spec.openapis.org/oas/3.1/schema-base/2022-10-07";

  @Nested
  class TheFiles {
    /** Uses the schema of OpenAPI documents that comes with Vert.x OpenAPI. */
    @Test
    void theHttpDescriptionIsValidOpenApi31() {
      var schemas =
          SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12,
              builder ->
                  builder.schemaIdResolvers(
                      ids ->
                          ids.mapPrefix(
                              "https://spec.openapis.org/", "classpath:spec.openapis.org/")));
      Schema openApi = schemas.getSchema(SchemaLocation.of(OPENAPI_31));

      assertThat(openApi.validate(HTTP.at(""))).isEmpty();
      assertThat(openApi.validate(LIVE.at(""))).as("of something else").isNotEmpty();
    }

    @Test
    void everyReferenceResolves() {
      var broken = new ArrayList<String>();
      for (Description file : List.of(HTTP, LIVE)) {
        file.visit(
            (pointer, node) -> {
              String reference = node.path("$ref").asText("");
              if (!reference.isEmpty() && target(file, reference).isMissingNode()) {
                broken.add(pointer + " → " + reference);
              }
            });
      }

      assertThat(broken).as("references to nothing").isEmpty();
    }

    @Test
    void everyKindOfActivityAndNotificationIsNamed() {
      assertThat(words("ActivityKind"))
          .containsExactly(wireNames(ActivityKind.values(), ActivityKind::wireName));
      assertThat(words("NotificationKind"))
          .containsExactly(wireNames(NotificationKind.values(), NotificationKind::wireName));
      assertThat(HTTP.at("/components/schemas/FieldChange/properties/field/enum"))
          .extracting(JsonNode::asText)
          .containsExactly(wireNames(ChangedField.values(), ChangedField::wireName));
    }

    private List<String> words(String schema) {
      var words = new ArrayList<String>();
      HTTP.at("/components/schemas/" + schema + "/enum").forEach(word -> words.add(word.asText()));
      return words;
    }

    private <T> String[] wireNames(T[] values, Function<T, String> wireName) {
      return Arrays.stream(values).map(wireName).toArray(String[]::new);
    }

    private JsonNode target(Description file, String reference) {
      String elsewhere = "./openapi.yaml#";
      return reference.startsWith(elsewhere)
          ? HTTP.at(reference.substring(elsewhere.length()))
          : file.at(reference.substring(1));
    }

    @Test
    void everyExampleFitsItsSchema() {
      var errors = new ArrayList<String>();
      for (Description file : List.of(HTTP, LIVE)) {
        file.visit((pointer, node) -> errors.addAll(exampleErrors(file, pointer, node)));
      }

      assertThat(errors).as("examples that do not fit").isEmpty();
    }

    /**
     * Validates an element's examples. Parameters, headers, bodies and messages contain their
     * schema; a schema is its own.
     */
    private List<String> exampleErrors(Description file, String pointer, JsonNode owner) {
      if (owner.has("schema")) {
        var examples = new ArrayList<>(owner.path("examples").findValues("value"));
        if (owner.has("example")) {
          examples.add(owner.get("example"));
        }
        return errors(file, pointer, "/schema", examples);
      }
      if (owner.has("payload") && owner.has("examples")) {
        return errors(file, pointer, "/payload", owner.get("examples").findValues("payload"));
      }
      return errors(file, pointer, "", owner.path("examples"));
    }

    private List<String> errors(
        Description file, String pointer, String schema, Iterable<JsonNode> examples) {
      var errors = new ArrayList<String>();
      for (JsonNode example : examples) {
        file.errors(pointer + schema, example).forEach(error -> errors.add(pointer + " " + error));
      }
      return errors;
    }

    @Test
    void everyObjectSaysWhetherItMayHaveOtherFields() {
      var open = new TreeSet<String>();
      for (Description file : List.of(HTTP, LIVE)) {
        file.visit(
            (pointer, node) -> {
              if (node.path("type").asText().equals("object")
                  && !node.has("additionalProperties")
                  && !pointer.contains("/bindings/")) {
                open.add(pointer);
              }
            });
      }

      assertThat(open).as("objects without additionalProperties").isEmpty();
    }

    @Test
    void everyOperationHasAnIdASummaryAndTags() {
      Set<String> tags = Set.copyOf(HTTP.at("/tags").findValuesAsText("name"));
      var ids = new TreeSet<String>();
      for (Operation operation : CONTRACT.operations()) {
        JsonNode described = HTTP.at(operation.pointer());

        assertThat(ids.add(described.path("operationId").asText()))
            .as("%s: id", operation)
            .isTrue();
        assertThat(described.path("summary").asText()).as("%s: summary", operation).isNotEmpty();
        assertThat(described.path("tags")).as("%s: tags", operation).isNotEmpty();
        assertThat(described.path("tags"))
            .as("%s: tags", operation)
            .allMatch(tag -> tags.contains(tag.asText()));
      }
    }

    @Test
    void everyRepeatableOperationSaysHowARepeatIsAnswered() {
      var silent = new ArrayList<String>();
      for (Operation operation : CONTRACT.operations()) {
        JsonNode described = HTTP.at(operation.pointer());
        boolean repeatable =
            described
                .path("parameters")
                .findValuesAsText("$ref")
                .contains("#/components/parameters/IdempotencyKey");
        if (repeatable && !described.path("responses").has("200") && !endsItsSession(operation)) {
          silent.add(operation.toString());
        }
      }

      assertThat(silent).as("no status 200 for a repeat").isEmpty();
    }

    /** Its repeat is answered like the first, since nothing is stored. */
    private boolean endsItsSession(Operation operation) {
      return operation.toString().equals("POST /api/auth/logout");
    }

    @Test
    void everyOperationThatNeedsASessionNames401() {
      for (Operation operation : CONTRACT.operations()) {
        JsonNode described = HTTP.at(operation.pointer());
        JsonNode security = described.path("security");
        boolean open = security.isArray() && security.isEmpty();

        assertThat(open || described.path("responses").has("401"))
            .as("%s: 401", operation)
            .isTrue();
      }
    }

    @Test
    void everyRouteIsDescribed() throws Exception {
      Vertx vertx = Vertx.vertx();
      Router router = Router.router(vertx);
      addRoutes(new ApiRouter(router, null, null, null, null, null, null));
      vertx.close().await(10, TimeUnit.SECONDS);

      assertThat(router.getRoutes()).isNotEmpty();
      for (Route route : router.getRoutes()) {
        assertThat(CONTRACT.operations())
            .extracting(Operation::toString)
            .containsAll(Operation.namesOf(route));
      }
    }

    /** The services are null, because routes use them only when they are called. */
    private void addRoutes(ApiRouter apiRouter) {
      FollowRoutes.addRoutes(apiRouter, null, null);
      RequestRoutes.addRoutes(apiRouter, null, null);
      CannedResponseRoutes.addRoutes(apiRouter, null);
      BookRoutes.addRoutes(apiRouter, null, null);
      CreatorRoutes.addRoutes(apiRouter, null, null, null);
      ProfilePictureRoutes.addRoutes(apiRouter, null, null, null);
      QuotaRoutes.addQuotaRoute(apiRouter, null);
      QuotaRoutes.addTierRoutes(apiRouter, null, null);
      QuotaRoutes.addSupporterRoutes(apiRouter, null);
      TeamRoutes.addRoutes(apiRouter, null, null);
      InvitationRoutes.addRoutes(apiRouter, null, null);
      ActivityRoutes.addRoutes(apiRouter, null, null);
      NotificationRoutes.addRoutes(apiRouter, null);
      OwnAccountRoutes.addRoutes(apiRouter, null);
      OwnSessionRoutes.addRoutes(apiRouter, null);
      ExportRoutes.addRoutes(apiRouter);
    }
  }

  @Nested
  class AnAnswer {
    private static final String QUOTA =
        """
        {"creator_id":1,"allowed":5,"used":2,"remaining":3,"period":"none","days":null,"resets_at":null,"entries":[]}
        """;

    @Test
    void anAnswerAsDescribedPasses() {
      check(200, "application/json; charset=utf-8", QUOTA);
    }

    @Test
    void anUnknownFieldIsRefused() {
      assertRefused(200, QUOTA.replace("}", ",\"colour\":\"blue\"}"), "'colour' is not defined");
    }

    @Test
    void aMissingRequiredFieldIsRefused() {
      assertRefused(200, QUOTA.replace("\"used\":2,", ""), "#: required property 'used' not found");
    }

    @Test
    void aWrongTypeIsRefused() {
      assertRefused(200, QUOTA.replace("2", "\"2\""), "#/used: string found, integer expected");
    }

    @Test
    void anUndescribedNullIsRefused() {
      assertRefused(200, QUOTA.replace("2", "null"), "#/used: null found, integer expected");
    }

    @Test
    void anUndescribedStatusIsRefused() {
      assertRefused(418, QUOTA, "418, is not documented, only [200, 400, 401, 403, 404, 429, 503]");
    }

    @Test
    void anotherMediaTypeIsRefused() {
      assertThatThrownBy(() -> check(200, "text/html", QUOTA))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("“text/html”, only [application/json]");
    }

    @Test
    void anUndescribedProblemCodeIsRefused() {
      String problem =
          HTTP.at("/components/responses/NotFound/content").findValue("example").toString();

      CONTRACT.checkAnswer("GET", "/api/book-requests/9", 404, "application/problem+json", problem);
      assertThatThrownBy(
              () ->
                  CONTRACT.checkAnswer(
                      "GET",
                      "/api/book-requests/9",
                      404,
                      "application/problem+json",
                      problem.replace("not_found", "gone")))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("#/code: must be the constant value 'not_found'");
    }

    @Test
    void aBodyWhereThereIsNoneIsRefused() {
      CONTRACT.checkAnswer("POST", "/api/auth/logout", 204, null, "");
      assertThatThrownBy(
              () -> CONTRACT.checkAnswer("POST", "/api/auth/logout", 204, "application/json", "{}"))
          .isInstanceOf(AssertionError.class);
    }

    @Test
    void anUndescribedPathOrMethodIsRefused() {
      assertThatThrownBy(() -> CONTRACT.checkAnswer("GET", "/api/colours", 404, null, ""))
          .isInstanceOf(AssertionError.class)
          .hasMessage("GET /api/colours is not documented");
      assertThatThrownBy(() -> CONTRACT.checkAnswer("PUT", "/api/me", 405, null, ""))
          .isInstanceOf(AssertionError.class)
          .hasMessage("PUT /api/me is not documented");
    }

    private void assertRefused(int status, String body, String message) {
      assertThatThrownBy(() -> check(status, "application/json", body))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("GET /api/book-requests/quota, its answer " + status)
          .hasMessageContaining(message);
    }

    private void check(int status, String contentType, String body) {
      CONTRACT.checkAnswer(
          "GET", "/api/book-requests/quota?creator_id=1", status, contentType, body);
    }
  }

  @Nested
  class ARequest {
    @Test
    void aRequestAsDescribedPasses() {
      CONTRACT.checkRequest("GET", "/api/supporters?creator_id=1&q=Ada+L&limit=20", null);
      CONTRACT.checkRequest(
          "POST",
          "/api/book-requests",
          "{\"creator_id\":1,\"title\":\"Emma\",\"author\":\"Austen\"}");
      CONTRACT.checkRequest("POST", "/api/book-requests/9/cancel", "");
      CONTRACT.checkRequest("POST", "/api/notifications/read", "{\"all\":true}");
    }

    @Test
    void anUndescribedBodyIsRefused() {
      assertRefused(
          "POST", "/api/book-requests/9/reply", "{\"body\":\"\"}", "#/body: must be at least 1");
      assertRefused("POST", "/api/book-requests/9/cancel", "{\"why\":1}", "'why' is not defined");
      assertRefused(
          "POST",
          "/api/notifications/read",
          "{\"all\":true,\"ids\":[1]}",
          "#: must be valid to one");
      assertRefused(
          "POST",
          "/api/book-requests/9/reply",
          "",
          "POST /api/book-requests/{id}/reply needs a body");
    }

    @Test
    void anUndescribedQueryIsRefused() {
      assertRefused("GET", "/api/team", null, "GET /api/team needs creator_id in its query");
      assertRefused("GET", "/api/team?creator_id=1&x=2", null, "not documented in its query: [x]");
      assertRefused(
          "GET", "/api/notifications?limit=101", null, "#: must have a maximum value of 100");
      assertRefused(
          "GET", "/api/notifications?limit=many", null, "#: string found, integer expected");
    }

    private void assertRefused(String method, String path, String body, String message) {
      assertThatThrownBy(() -> CONTRACT.checkRequest(method, path, body))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining(message);
    }
  }

  @Nested
  class AMessage {
    @Test
    void aMessageAsDescribedPasses() {
      CONTRACT.checkServerMessage("pong");
      CONTRACT.checkServerMessage("{\"type\":\"pong\",\"seq\":0}");
      CONTRACT.checkServerMessage(
          "{\"seq\":3,\"type\":\"pending_count_update\",\"creator_id\":1,\"pending_count\":2}");
    }

    @Test
    void aMessageThatDepartsFromItsDescriptionIsRefused() {
      assertRefused("{\"type\":\"pong\"}", "#: required property 'seq' not found");
      assertRefused("{\"type\":\"pong\",\"seq\":0,\"x\":1}", "'x' is not defined");
      assertRefused("{\"type\":\"pong\",\"seq\":\"0\"}", "#/seq: string found, integer expected");
      assertRefused("{\"type\":\"ping\"}", "A message of the type “ping” is not documented");
      assertRefused("ping", "This is not JSON: ping");
    }

    private void assertRefused(String frame, String message) {
      assertThatThrownBy(() -> CONTRACT.checkServerMessage(frame))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining(message);
    }
  }
}

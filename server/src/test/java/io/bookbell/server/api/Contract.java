package io.bookbell.server.api;

import static io.bookbell.server.api.Description.escape;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.bookbell.server.json.Json;
import java.net.URI;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the server's traffic against {@code api/openapi.yaml} and {@code api/asyncapi.yaml}.
 * Throws an {@link AssertionError} for any deviation. Thread-safe.
 */
public final class Contract {
  private static final int MAX_SHOWN = 2000;

  private final Description http = new Description("openapi.yaml");
  private final Description live = new Description("asyncapi.yaml");
  private final List<Operation> operations = Operation.in(http);

  List<Operation> operations() {
    return operations;
  }

  /** All described calls, each as its method and path template. */
  public Set<String> calls() {
    return operations.stream().map(Operation::toString).collect(toSet());
  }

  /** The one of the {@link #calls} that a request matches. */
  public String call(String method, String pathWithQuery) {
    return operation(method, URI.create(pathWithQuery)).toString();
  }

  /** Whether a request matches a described call, so that its response can be checked. */
  public boolean describes(String method, String pathWithQuery) {
    String path = URI.create(pathWithQuery).getRawPath();
    return operations.stream().anyMatch(operation -> operation.matches(method, path));
  }

  /**
   * Checks that the description allows a request that the server has accepted.
   *
   * @param body null or empty for none
   */
  public void checkRequest(String method, String pathWithQuery, @Nullable String body) {
    URI address = URI.create(pathWithQuery);
    Operation operation = operation(method, address);
    checkQuery(operation, query(address));
    String described = http.resolve(operation.pointer() + "/requestBody");
    if (body != null && !body.isEmpty()) {
      String schema = described + "/content/application~1json/schema";
      check(operation + ", its body,", http, schema, json(body));
    } else if (http.at(described).path("required").asBoolean()) {
      throw new AssertionError(operation + " needs a body, there was none");
    }
  }

  private void checkQuery(Operation operation, Map<String, String> query) {
    for (String parameter : parameters(operation)) {
      String name = http.at(parameter).path("name").asText();
      String value = query.remove(name);
      if (value != null) {
        String schema = parameter + "/schema";
        check(operation + ", " + name + " in its query,", http, schema, typed(schema, value));
      } else if (http.at(parameter).path("required").asBoolean()) {
        throw new AssertionError(operation + " needs " + name + " in its query");
      }
    }
    if (!query.isEmpty()) {
      throw new AssertionError(operation + ": not documented in its query: " + query.keySet());
    }
  }

  /** Pointers to the descriptions of an operation's parameters. */
  private List<String> parameters(Operation operation) {
    var found = new ArrayList<String>();
    for (String owner : List.of(operation.path(), operation.pointer())) {
      for (int i = 0; i < http.at(owner + "/parameters").size(); i++) {
        found.add(http.resolve(owner + "/parameters/" + i));
      }
    }
    found.removeIf(parameter -> !http.at(parameter).path("in").asText().equals("query"));
    return found;
  }

  private JsonNode typed(String schema, String value) {
    boolean integer = http.at(http.resolve(schema)).path("type").asText().equals("integer");
    return integer && value.matches("-?[0-9]+") ? json(value) : new TextNode(value);
  }

  private static Map<String, String> query(URI address) {
    var query = new LinkedHashMap<String, String>();
    if (address.getRawQuery() != null) {
      for (String pair : address.getRawQuery().split("&", -1)) {
        String[] parts = pair.split("=", 2);
        String value = parts.length == 1 ? "" : URLDecoder.decode(parts[1], UTF_8);
        query.put(URLDecoder.decode(parts[0], UTF_8), value);
      }
    }
    return query;
  }

  /**
   * Checks a response of the server: status, media type and body must be described.
   *
   * @param path with or without a query
   * @param contentType the header's value; null if there is none
   * @param body empty for none
   */
  public void checkAnswer(
      String method, String path, int status, @Nullable String contentType, String body) {
    Operation operation = operation(method, URI.create(path));
    String what = operation + ", its answer " + status + ",";
    String responses = operation.pointer() + "/responses";
    String response = http.resolve(responses + "/" + status);
    if (http.at(response).isMissingNode()) {
      throw unexpected(what + " is not documented", http.names(responses), body);
    }
    List<String> types = http.names(response + "/content");
    String type = contentType == null ? "" : contentType.split(";", 2)[0].strip();
    if (types.isEmpty() ? !body.isEmpty() : !types.contains(type)) {
      throw unexpected(what + " is not documented as “" + type + "”", types, body);
    }
    if (!types.isEmpty()) {
      JsonNode value = type.endsWith("json") ? json(body) : new TextNode(body);
      check(what, http, response + "/content/" + escape(type) + "/schema", value);
    }
  }

  private Operation operation(String method, URI address) {
    String path = address.getRawPath();
    return operations.stream()
        .filter(operation -> operation.matches(method, path))
        .findFirst()
        .orElseThrow(() -> new AssertionError(method + " " + path + " is not documented"));
  }

  /**
   * Checks what the server has sent to an address outside.
   *
   * @param webhook the name of its description
   */
  public void checkWebhook(String webhook, String body) {
    String schema = "/webhooks/" + webhook + "/post/requestBody/content/application~1json/schema";
    check("The webhook " + webhook, http, schema, json(body));
  }

  /** Checks a text frame that the server has sent. */
  public void checkServerMessage(String frame) {
    if (frame.equals("pong")) {
      return;
    }
    JsonNode message = json(frame);
    String type = message.has("channel") ? "application_message" : message.path("type").asText();
    JsonNode known = live.at("/operations/tellClient/messages");
    if (known.findValuesAsText("$ref").stream().noneMatch(ref -> ref.endsWith("/" + type))) {
      throw unexpected("A message of the type “" + type + "” is not documented", known, frame);
    }
    check("A message", live, "/components/messages/" + type + "/payload", message);
  }

  private static void check(String what, Description file, String schema, JsonNode value) {
    List<String> errors = file.errors(schema, value);
    if (!errors.isEmpty()) {
      String lines = String.join("\n  ", errors);
      throw new AssertionError(
          what + " is not as described:\n  " + lines + "\n" + shown(value.toString()));
    }
  }

  private static AssertionError unexpected(String what, Object documented, String body) {
    return new AssertionError(what + ", only " + documented + "\n" + shown(body));
  }

  private static JsonNode json(String text) {
    try {
      return Json.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("This is not JSON: " + shown(text), e);
    }
  }

  private static String shown(String text) {
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }
}

package io.bookbell.server.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.bookbell.hub.UserId;
import io.bookbell.server.network.ClientAddress;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Optional;

/** One HTTP request as the routes read it. Confined to its event loop. */
public final class ApiRequest {
  private final RoutingContext context;
  private final OriginPolicy originPolicy;
  private final ServerCookies serverCookies;

  ApiRequest(RoutingContext context, OriginPolicy originPolicy, ServerCookies serverCookies) {
    this.context = context;
    this.originPolicy = originPolicy;
    this.serverCookies = serverCookies;
  }

  /**
   * An id in the path.
   *
   * @throws Problem 404 when it is not one: nothing can be there
   */
  public long pathId(String name) {
    String text = context.pathParam(name);
    long id = text == null ? -1 : parseId(text);
    if (id <= 0) {
      throw Problem.notFound();
    }
    return id;
  }

  public UserId pathUserId(String name) {
    return new UserId(pathId(name));
  }

  /** The number, or -1 for what is no whole number from 0 to the largest long. */
  static long parseId(String text) {
    if (text.isEmpty() || text.length() > 19 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  public QueryParameters queryParameters() {
    return new QueryParameters(name -> context.queryParam(name), listTag());
  }

  /** Names the list that is asked for, if it is one. */
  ListTag listTag() {
    return ListTag.of(context.normalizedPath(), context.queryParams().entries());
  }

  /**
   * The JSON object in the body; an empty body counts as an empty object.
   *
   * @throws Problem 400 when it is something else, 415 when it is declared as something else
   */
  public JsonBody jsonBody() {
    Buffer buffer = BodyReader.contentOf(context);
    if (buffer.length() == 0) {
      return new JsonBody(JsonNodeFactory.instance.objectNode());
    }
    requireJson();
    JsonNode json;
    try {
      json = Json.readUntrusted(buffer.getBytes());
    } catch (IOException e) {
      throw Problem.malformedRequest("The body is not JSON.");
    }
    if (!json.isObject()) {
      throw Problem.malformedRequest("The body must be a JSON object.");
    }
    return new JsonBody(json);
  }

  /** What is in the body, which is not JSON. */
  public byte[] bodyBytes() {
    return BodyReader.contentOf(context).getBytes();
  }

  /**
   * Also keeps forms of foreign pages out: these cannot declare JSON without asking first. A body
   * without a type is taken for JSON, as RFC 9110 allows; who sends it with a cookie must name its
   * page.
   */
  private void requireJson() {
    String type = context.request().getHeader("Content-Type");
    if (type != null && !isJson(type)) {
      throw Problem.unsupportedType("Send the body as application/json.");
    }
    String encoding = context.request().getHeader("Content-Encoding");
    if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
      throw Problem.unsupportedType("Send the body uncompressed.");
    }
  }

  /** Parameters such as a charset change nothing: JSON is Unicode. */
  private static boolean isJson(String type) {
    int parameters = type.indexOf(';');
    String name = parameters < 0 ? type : type.substring(0, parameters);
    return name.strip().equalsIgnoreCase("application/json");
  }

  /** Query and body as they were sent: what a repetition must have in common with the first. */
  byte[] queryAndBody() {
    var content = Buffer.buffer();
    String query = context.request().query();
    if (query != null) {
      content.appendString(query).appendString("\n");
    }
    return content.appendBuffer(BodyReader.contentOf(context)).getBytes();
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(context.request().getHeader(name));
  }

  /** The cookie that says on which device somebody has signed in before. */
  public Optional<String> deviceCookie() {
    return serverCookies.findDevice(context.request());
  }

  /** Sets cookies for this client. */
  public ServerCookies.CookieSetter cookieSetter() {
    return serverCookies.setterFor(originPolicy.isSecure(context.request()));
  }

  /** How this server is reached from outside, without a slash at the end. */
  public String publicUrl() {
    return originPolicy.publicUrl(context.request()).toString();
  }

  /** Where the request comes from, for limits per client and for what users see of a session. */
  public ClientAddress clientAddress() {
    return originPolicy.clientAddress(context.request());
  }

  HttpServerRequest httpRequest() {
    return context.request();
  }

  /** Method and path, in the one form that all their spellings have. */
  String routeKey() {
    return context.request().method() + " " + context.normalizedPath();
  }
}

package io.bookbell.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.network.ClientAddress;
import io.bookbell.server.network.WebOrigin;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One HTTP request as routes read it. Confined to its event loop. */
public final class ApiRequest {
  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\\s\";]*)", Pattern.CASE_INSENSITIVE);
  private static final Set<String> UTF_8_NAMES = Set.of("utf-8", "utf8");

  private final RoutingContext context;
  private final OriginPolicy originPolicy;
  private final ServerCookies serverCookies;

  /** Whether the route has looked at the body. */
  private boolean bodyRead;

  ApiRequest(RoutingContext context, OriginPolicy originPolicy, ServerCookies serverCookies) {
    this.context = context;
    this.originPolicy = originPolicy;
    this.serverCookies = serverCookies;
  }

  /**
   * Reads the request as a route does. A body that the route doesn't look at must be empty or an
   * empty object: whoever sends more expects something of it.
   *
   * @param parse its {@link Problem}s become the response
   * @throws Problem as {@link #jsonBody}, and 400 naming the fields of a body that has no meaning
   */
  <C> C read(Function<ApiRequest, C> parse) {
    C parsed = parse.apply(this);
    if (!bodyRead) {
      jsonBody().requireNoErrors();
    }
    return parsed;
  }

  /**
   * Parses an id in the path.
   *
   * @throws Problem 404 if it isn't an id, since no such resource can exist
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

  /** Parses a whole number from 0 to {@link Long#MAX_VALUE}, or returns -1. */
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

  /** The tag that identifies the requested list, for cursors. */
  ListTag listTag() {
    return ListTag.of(context.normalizedPath(), context.queryParams().entries());
  }

  /**
   * Parses the body as a JSON object; an empty body counts as an empty object.
   *
   * @throws Problem 400 if it isn't one or not in UTF-8, 415 if its declared type, charset or
   *     encoding isn't supported
   */
  public JsonBody jsonBody() {
    return jsonBody(Json::readUntrusted);
  }

  /** Like {@link #jsonBody}, for routes that take much more than the usual command. */
  public JsonBody largeJsonBody() {
    return jsonBody(Json::readLargeUntrusted);
  }

  @FunctionalInterface
  private interface JsonReader {
    JsonNode read(String text) throws IOException;
  }

  private JsonBody jsonBody(JsonReader reader) {
    bodyRead = true;
    Buffer buffer = BodyReader.contentOf(context);
    if (buffer.length() == 0) {
      return new JsonBody(JsonNodeFactory.instance.objectNode());
    }
    requireJson();
    JsonNode json;
    try {
      json = reader.read(StrictUtf8.decode(buffer.getBytes()));
    } catch (CharacterCodingException e) {
      throw Problem.malformedRequest("The body must be in UTF-8.");
    } catch (IOException e) {
      throw Problem.malformedRequest("The body is not JSON.");
    }
    if (!json.isObject()) {
      throw Problem.malformedRequest("The body must be a JSON object.");
    }
    return new JsonBody(json);
  }

  /**
   * The body as a table in CSV.
   *
   * @throws Problem 415 if its declared type is another, 400 if it isn't in UTF-8
   */
  public String csvText() {
    String type = context.request().getHeader("Content-Type");
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("text/csv")) {
      throw Problem.unsupportedType("Send the body as text/csv.");
    }
    try {
      return StrictUtf8.decode(bodyBytes());
    } catch (CharacterCodingException e) {
      throw Problem.malformedRequest("The body must be in UTF-8.");
    }
  }

  /** The raw bytes of a body that isn't JSON. */
  public byte[] bodyBytes() {
    bodyRead = true;
    return BodyReader.contentOf(context).getBytes();
  }

  /**
   * Requiring the JSON type also keeps out forms of other sites, which can't send it without a CORS
   * preflight. A body without a type counts as JSON, as RFC 9110 allows; with a cookie, such a
   * request needs an allowed {@code Origin} anyway.
   */
  private void requireJson() {
    String type = context.request().getHeader("Content-Type");
    if (type != null && !isJson(type)) {
      throw Problem.unsupportedType("Send the body as application/json.");
    }
    if (type != null && !isUtf8(type)) {
      throw Problem.unsupportedType("Send the body in UTF-8.");
    }
    String encoding = context.request().getHeader("Content-Encoding");
    if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
      throw Problem.unsupportedType("Send the body uncompressed.");
    }
  }

  /** Whether a type names no other charset. JSON is always in UTF-8, so most name none. */
  private static boolean isUtf8(String type) {
    return CHARSET
        .matcher(type)
        .results()
        .map(named -> named.group(1).toLowerCase(Locale.ROOT))
        .allMatch(UTF_8_NAMES::contains);
  }

  /** Ignores parameters. */
  private static boolean isJson(String type) {
    int parameters = type.indexOf(';');
    String name = parameters < 0 ? type : type.substring(0, parameters);
    return name.strip().equalsIgnoreCase("application/json");
  }

  /** Query and body as received, which a retry must have in common with the first request. */
  byte[] queryAndBody() {
    var content = Buffer.buffer();
    String query = context.request().query();
    if (query != null) {
      content.appendString(query).appendString("\n");
    }
    return content.appendBuffer(BodyReader.contentOf(context)).getBytes();
  }

  /** A header's value. Several lines are one list, as HTTP has it. */
  public Optional<String> header(String name) {
    List<String> lines = context.request().headers().getAll(name);
    return lines.isEmpty() ? Optional.empty() : Optional.of(String.join(",", lines));
  }

  /** The cookie of a device on which somebody has signed in before. */
  public Optional<String> deviceCookie() {
    return serverCookies.findDevice(context.request());
  }

  /** The cookie of a sign-in at another server that has begun. */
  public Optional<String> signInCookie() {
    return serverCookies.findSignIn(context.request(), originPolicy.isSecure(context.request()));
  }

  /** A segment of the path that isn't a number. */
  public String pathText(String name) {
    return String.valueOf(context.pathParam(name));
  }

  /** Creates cookies for this client. */
  public ServerCookies.CookieSetter cookieSetter() {
    return serverCookies.setterFor(originPolicy.isSecure(context.request()));
  }

  /** The URL of this server as seen by the client, without a trailing slash. */
  public String publicUrl() {
    return originPolicy.publicUrl(context.request()).toString();
  }

  /** The origin of {@link #publicUrl}. */
  public WebOrigin publicOrigin() {
    return originPolicy.publicUrl(context.request()).origin();
  }

  /** The client, for the list of sessions. */
  public ClientDescription clientDescription() {
    return ClientDescription.of(context.request(), originPolicy);
  }

  /** The address of the client, for rate limits. */
  public ClientAddress clientAddress() {
    return originPolicy.clientAddress(context.request());
  }

  /**
   * Completes when the response has been sent or the client is gone. Work for the request that
   * hasn't begun by then is in vain. To be called on the event loop.
   */
  public CompletableFuture<?> whenEnded() {
    var ended = new CompletableFuture<@Nullable Void>();
    context.addEndHandler(_ -> ended.complete(null));
    if (context.response().closed()) { // before the handler was added
      ended.complete(null);
    }
    return ended;
  }

  public HttpServerRequest httpRequest() {
    return context.request();
  }

  /** Method and normalized path. */
  String routeKey() {
    return context.request().method() + " " + context.normalizedPath();
  }
}

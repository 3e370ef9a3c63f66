package io.bookbell.server.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * Calls providers: follows no redirects, waits for seconds only, and reads limited answers. Opens
 * nothing before the first call. Blocks its callers, which are virtual threads. Thread-safe.
 */
final class ProviderHttp implements HTTPRequestSender, ResourceRetriever, AutoCloseable {
  private static final Duration CONNECTING = Duration.ofSeconds(3);
  private static final Duration TIMEOUT = Duration.ofSeconds(8);
  private static final int MAX_ANSWER_LENGTH = 1 << 20;

  private final HttpClient client;

  ProviderHttp(ProxySelector proxies) {
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECTING)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(proxies)
            .build();
  }

  @Override
  public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
    var outgoing = HttpRequest.newBuilder(request.getURI()).timeout(TIMEOUT);
    request
        .getHeaderMap()
        .forEach((name, values) -> values.forEach(value -> outgoing.header(name, value)));
    String body = request.getBody();
    outgoing.method(
        request.getMethod().name(),
        request.getMethod() == HTTPRequest.Method.GET || body == null
            ? BodyPublishers.noBody()
            : BodyPublishers.ofString(body));
    HttpResponse<byte[]> answer = call(outgoing.build());
    var response = new HTTPResponse(answer.statusCode());
    answer
        .headers()
        .firstValue("Content-Type")
        .ifPresent(type -> response.setHeader("Content-Type", type));
    response.setBody(new String(answer.body(), UTF_8));
    return response;
  }

  @Override
  public Resource retrieveResource(URL url) throws IOException {
    var request = HttpRequest.newBuilder(URI.create(url.toString())).timeout(TIMEOUT).build();
    HttpResponse<byte[]> answer = call(request);
    if (answer.statusCode() != 200) {
      throw new IOException(url + " answers " + answer.statusCode());
    }
    return new Resource(
        new String(answer.body(), UTF_8),
        answer.headers().firstValue("Content-Type").orElse("application/json"));
  }

  private HttpResponse<byte[]> call(HttpRequest request) throws IOException {
    try {
      return client.send(
          request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_LENGTH));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is closing");
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}

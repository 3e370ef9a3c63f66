package io.bookbell.server.book;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.network.PublicAddresses;
import io.bookbell.server.text.Isbn;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HTTP client for Open Library. Opens nothing before the first call. Thread-safe. Every future
 * fails with a {@link CatalogueUnavailableException} or the network's exception.
 */
public final class OpenLibraryClient implements AutoCloseable {
  private static final String FIELDS = "key,title,author_name,first_publish_year,cover_i,isbn";
  private static final int BOOKS = 8;
  private static final int MAX_ANSWER_LENGTH = 2 << 20;
  private static final int LARGEST_COVER = 512 << 10;
  private static final int MAX_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Duration CONNECTING = Duration.ofSeconds(2);

  private final ServerConfig.CatalogueConfig address;
  private final Duration timeout;
  private final ProxySelector proxies;
  private @Nullable HttpClient client;

  /**
   * Creates the client.
   *
   * @param timeout the timeout for a whole response
   * @param proxies selects the proxy for each call
   */
  public OpenLibraryClient(
      ServerConfig.CatalogueConfig address, Duration timeout, ProxySelector proxies) {
    this.address = address;
    this.proxies = proxies;
    this.timeout = timeout;
  }

  /** Finds books that match a text, which may be an ISBN; the best first. */
  CompletableFuture<List<Book>> searchBooks(String text) {
    String isbn = Isbn.stripSeparators(text);
    String what = Isbn.isValid(isbn) ? "isbn=" + isbn : "q=" + URLEncoder.encode(text, UTF_8);
    return fetchUrl(
            address.url() + "/search.json?" + what + "&fields=" + FIELDS + "&limit=" + BOOKS,
            MAX_ANSWER_LENGTH)
        .thenApply(
            answer ->
                switch (answer.statusCode()) {
                  case 200 -> SearchResponse.parseBooks(answer.body());
                  case 400, 422 -> List.of(); // it can't search for this text
                  default -> throw unexpectedStatus(answer);
                });
  }

  /** Fetches a medium-sized cover; empty if it doesn't exist. */
  CompletableFuture<Optional<CoverImage>> fetchCover(int id) {
    return fetchUrl(address.coversUrl() + "/b/id/" + id + "-M.jpg?default=false", LARGEST_COVER)
        .thenApply(
            answer ->
                switch (answer.statusCode()) {
                  case 200 -> CoverImage.of(answer.body());
                  case 404 -> Optional.empty();
                  default -> throw unexpectedStatus(answer);
                });
  }

  private CompletableFuture<HttpResponse<byte[]>> fetchUrl(String url, int most) {
    return followRedirects(URI.create(url), most, MAX_REDIRECTS)
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS); // covers the body as well
  }

  /**
   * Follows redirects, because covers are stored on other hosts. Only public addresses are allowed,
   * so the catalogue can't redirect the server into its own network (SSRF).
   */
  private CompletableFuture<HttpResponse<byte[]>> followRedirects(
      URI target, int most, int redirects) {
    return sendRequest(target, most)
        .thenCompose(
            answer -> {
              Optional<String> location = answer.headers().firstValue("Location");
              if (location.isEmpty() || !REDIRECTS.contains(answer.statusCode())) {
                return CompletableFuture.completedFuture(answer);
              }
              if (redirects == 0) {
                throw new CatalogueUnavailableException(
                    "it redirects without an end", Optional.empty());
              }
              return CompletableFuture.supplyAsync(() -> resolveRedirect(target, location.get()))
                  .thenCompose(next -> followRedirects(next, most, redirects - 1));
            });
  }

  private URI resolveRedirect(URI from, String location) {
    URI next;
    try {
      next = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new CatalogueUnavailableException("it redirects to no address", Optional.empty());
    }
    boolean known = "https".equals(next.getScheme()) || next.getScheme().equals(from.getScheme());
    if (!known || next.getHost() == null || !mayConnect(next)) {
      throw new CatalogueUnavailableException(
          "it redirects to where it may not: " + next, Optional.empty());
    }
    return next;
  }

  /**
   * Where a proxy is used, it may be the only one that can resolve names; blocks for the lookup.
   */
  private boolean mayConnect(URI target) {
    boolean proxied =
        proxies.select(target).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
    return proxied
        ? PublicAddresses.isPublicOrUnknown(target.getHost())
        : PublicAddresses.isPublicHost(target.getHost());
  }

  private CompletableFuture<HttpResponse<byte[]>> sendRequest(URI target, int most) {
    var request =
        HttpRequest.newBuilder(target).timeout(timeout).header("User-Agent", userAgent()).build();
    return httpClient().sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), most));
  }

  private String userAgent() {
    return address.contact().map(contact -> "Bookbell (" + contact + ")").orElse("Bookbell");
  }

  private static CatalogueUnavailableException unexpectedStatus(HttpResponse<?> answer) {
    Optional<Duration> retryAfter =
        answer
            .headers()
            .firstValue("Retry-After")
            .filter(seconds -> seconds.matches("\\d{1,6}"))
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
    return new CatalogueUnavailableException("it answers " + answer.statusCode(), retryAfter);
  }

  private synchronized HttpClient httpClient() {
    HttpClient made = client;
    if (made == null) {
      made =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(CONNECTING)
              .followRedirects(HttpClient.Redirect.NEVER)
              .proxy(proxies)
              .build();
      client = made;
    }
    return made;
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.shutdownNow();
    }
  }
}

package io.bookbell.server.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.http.AcceptEncoding;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.http.Gzip;
import io.bookbell.server.http.Sha256;
import io.bookbell.server.json.Json;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of the page, its libraries and the API descriptions from the class path. Each is
 * read and compressed once and then served from memory; browsers revalidate each time by ETag. Runs
 * on event loops.
 *
 * <p>All {@link SitePaths} are answered with {@code index.html}, whose router shows the right view.
 */
public final class SiteFiles {
  /** Denied because the page doesn't use them; it only copies links and shows notifications. */
  private static final String PERMISSIONS =
      Stream.of(
              "accelerometer",
              "autoplay",
              "camera",
              "display-capture",
              "encrypted-media",
              "fullscreen",
              "geolocation",
              "gyroscope",
              "hid",
              "idle-detection",
              "magnetometer",
              "microphone",
              "midi",
              "payment",
              "picture-in-picture",
              "screen-wake-lock",
              "serial",
              "usb",
              "xr-spatial-tracking")
          .map(power -> power + "=()")
          .collect(Collectors.joining(", "));

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "webmanifest", "application/manifest+json; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "yaml", "application/yaml; charset=utf-8",
          "map", "application/json",
          "woff2", "font/woff2",
          "txt", "text/plain; charset=utf-8");

  /** Formats that are compressed already. */
  private static final Set<String> PACKED = Set.of("png", "woff2");

  private static final String WEBJARS = "META-INF/resources/webjars/";

  /**
   * Names can't start with a dot, which excludes parent directories and hidden files. The
   * quantifiers are possessive, so matching takes linear time and constant stack.
   */
  private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*+)++");

  private static final Pattern INLINE_SCRIPT =
      Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

  /** The placeholder for module preloads in the page. */
  private static final String PRELOADS = "<!-- preloads -->";

  private static final String WORKER = "web/service-worker.js";
  private static final String PAGE = "web/index.html";
  private static final String STYLES = "web" + SourceMinifier.STYLES;

  private final Map<String, Optional<SiteFile>> files = new ConcurrentHashMap<>();
  private final BasePath basePath;
  private final ClassLoader loader = SiteFiles.class.getClassLoader();

  /**
   * Creates the handler.
   *
   * @param basePath under which the files are served
   */
  public SiteFiles(BasePath basePath) {
    this.basePath = basePath;
  }

  /** Adds the routes, which must come after all others. */
  public void addRoutes(Router router) {
    getOrHead(router, "/openapi.yaml")
        .handler(context -> serveResource(context, "api/openapi.yaml"));
    getOrHead(router, "/asyncapi.yaml")
        .handler(context -> serveResource(context, "api/asyncapi.yaml"));
    getOrHead(router, "/api-docs").handler(context -> serveResource(context, "api/api-docs.html"));
    getOrHead(router, "/api-docs.js").handler(context -> serveResource(context, "api/api-docs.js"));
    getOrHead(router, "/webjars/*").handler(context -> serveIfSafe(context, WEBJARS, "/webjars/"));
    router.get("/api/*").handler(context -> context.fail(404));
    getOrHead(router, "/*").handler(context -> serveIfSafe(context, "web/", "/"));
  }

  private static Route getOrHead(Router router, String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  private void serveIfSafe(RoutingContext context, String folder, String prefix) {
    String path = context.normalizedPath();
    if (prefix.equals("/") && SitePaths.matchesPath(path)) {
      serveResource(context, PAGE);
    } else if (path.startsWith(prefix) && PATH.matcher(path).matches()) {
      serveResource(context, folder + path.substring(prefix.length()));
    } else {
      context.fail(404);
    }
  }

  private void serveResource(RoutingContext context, String resource) {
    findFile(resource)
        .ifPresentOrElse(found -> sendFile(context.request(), found), () -> context.fail(404));
  }

  private Optional<SiteFile> findFile(String resource) {
    Optional<SiteFile> file = files.get(resource);
    if (file == null) {
      file = loadFile(resource);
      if (file.isPresent()) { // clients can invent any number of missing names
        files.put(resource, file);
      }
    }
    return file;
  }

  private static void sendFile(HttpServerRequest request, SiteFile siteFile) {
    HttpServerResponse response = request.response();
    response
        .putHeader("Content-Type", siteFile.type)
        .putHeader("ETag", siteFile.tag)
        .putHeader("Cache-Control", "no-cache")
        .putHeader("Vary", "Accept-Encoding");
    if (siteFile.policy != null) {
      response
          .putHeader("Content-Security-Policy", siteFile.policy)
          .putHeader("Permissions-Policy", PERMISSIONS);
    }
    if (isKnown(siteFile, request.getHeader("If-None-Match"))) {
      response.setStatusCode(304).end();
      return;
    }
    if (siteFile.compressed != null
        && AcceptEncoding.acceptsGzip(request.getHeader("Accept-Encoding"))) {
      response.putHeader("Content-Encoding", "gzip").end(siteFile.compressed);
    } else {
      response.end(siteFile.plain);
    }
  }

  /** A proxy that compresses turns our ETags into weak ones, which still match. */
  private static boolean isKnown(SiteFile siteFile, @Nullable String tags) {
    return tags != null && (tags.strip().equals("*") || tags.contains(siteFile.tag));
  }

  private Optional<SiteFile> loadFile(String resource) {
    String extension = resource.substring(resource.lastIndexOf('.') + 1);
    String type = TYPES.get(extension);
    byte[] stored = type == null ? null : readResource(resource);
    if (stored == null || type == null) {
      return Optional.empty();
    }
    byte[] content = basePath.rewritePaths(resource, addGeneratedParts(resource, stored));
    String policy =
        extension.equals("html") ? contentSecurityPolicy(new String(content, UTF_8)) : null;
    return Optional.of(
        new SiteFile(
            type,
            '"' + Sha256.hexDigest(content).substring(0, 24) + '"',
            directBuffer(content),
            PACKED.contains(extension) ? null : directBuffer(Gzip.compressBest(content)),
            policy));
  }

  /**
   * Copies the content to direct memory, shared by all connections. From the heap, each connection
   * would copy it first and keep the copy until its client has read it.
   */
  private static Buffer directBuffer(byte[] content) {
    return BufferInternal.buffer(Unpooled.directBuffer(content.length).writeBytes(content));
  }

  private byte @Nullable [] readResource(String resource) {
    byte[] index =
        resource.equals(PAGE) || resource.equals(STYLES) ? readFromClassPath(PAGE) : null;
    if (index == null) {
      return readFromClassPath(resource);
    }
    String page = new String(index, UTF_8);
    return resource.equals(PAGE)
        ? SourceMinifier.withSingleStyleSheet(page).getBytes(UTF_8)
        : SourceMinifier.joinStyleSheets(
            page, path -> Objects.requireNonNull(readFromClassPath(resourceName(path)), path));
  }

  private byte @Nullable [] readFromClassPath(String resource) {
    try (InputStream in = loader.getResourceAsStream(resource)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("The file " + resource + " cannot be read", e);
    }
  }

  /**
   * Two files depend on all others: the page preloads its modules, and the service worker caches
   * all files.
   */
  private byte[] addGeneratedParts(String resource, byte[] stored) {
    return switch (resource) {
      case PAGE ->
          new String(stored, UTF_8)
              .replace(PRELOADS, preloadLinks(AppShell.load()))
              .getBytes(UTF_8);
      case WORKER -> (shellManifest(AppShell.load()) + new String(stored, UTF_8)).getBytes(UTF_8);
      default -> isOurCode(resource) ? SourceMinifier.withoutComments(stored) : stored;
    };
  }

  private static boolean isOurCode(String resource) {
    return resource.startsWith("web/") && (resource.endsWith(".js") || resource.endsWith(".css"));
  }

  /**
   * Preload links, so that a browser requests all modules at once instead of discovering them one
   * by one.
   */
  private static String preloadLinks(AppShell shell) {
    return shell.first().stream()
        .map("<link rel=\"modulepreload\" href=\"%s\" />"::formatted)
        .collect(Collectors.joining("\n    "));
  }

  /**
   * Lists every file with its ETag. When a file changes, so does the service worker, and browsers
   * fetch all files again.
   */
  private String shellManifest(AppShell shell) {
    var tags = new TreeMap<String, String>();
    for (String path : shell.files()) {
      findFile(resourceName(path)).ifPresent(siteFile -> tags.put(path, siteFile.tag));
    }
    String version = Sha256.hexDigest(tags.toString().getBytes(UTF_8)).substring(0, 16);
    return "const SHELL = "
        + Json.writeAsString(new SiteParts(version, SitePaths.PATTERN, tags))
        + ";\n";
  }

  private record SiteParts(String version, String places, Map<String, String> files) {}

  /** The class path resource that is served at a path of the page. */
  static String resourceName(String path) {
    return path.startsWith("/webjars/")
        ? WEBJARS + path.substring("/webjars/".length())
        : "web" + path;
  }

  /** Allows only our own scripts and the import map of this very page. */
  private static String contentSecurityPolicy(String page) {
    Matcher script = INLINE_SCRIPT.matcher(page);
    String inline =
        script.find()
            ? " 'sha256-"
                + Base64.getEncoder()
                    .encodeToString(Sha256.digestBytes(script.group(1).getBytes(UTF_8)))
                + "'"
            : "";
    return "default-src 'self'; script-src 'self'"
        + inline
        + "; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; object-src"
        + " 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  }

  private record SiteFile(
      String type,
      String tag,
      Buffer plain,
      @Nullable Buffer compressed,
      @Nullable String policy) {}
}

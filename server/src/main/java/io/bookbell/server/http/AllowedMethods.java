package io.bookbell.server.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods for which a path has routes, for the header {@code Allow}. Stateless. */
final class AllowedMethods {
  /** Everything below it that has no route of its own is missing. */
  private static final String API = "/api/";

  private AllowedMethods() {}

  /**
   * Returns the methods in alphabetical order.
   *
   * @param path normalized
   */
  static List<String> of(Router router, String path) {
    return router.getRoutes().stream()
        .filter(route -> matches(route, path))
        .flatMap(route -> methodsOf(route).stream())
        .map(HttpMethod::name)
        .distinct()
        .sorted()
        .toList();
  }

  /** The router has null for a route without methods, such as one that only adds headers. */
  private static Set<HttpMethod> methodsOf(Route route) {
    @Nullable Set<HttpMethod> methods = route.methods();
    return methods == null ? Set.of() : methods;
  }

  private static boolean matches(Route route, String path) {
    @Nullable String template = route.getPath();
    if (template == null) {
      return false;
    }
    if (!route.isExactPath()) {
      return path.startsWith(template) && !path.startsWith(API);
    }
    String[] expected = template.split("/", -1);
    String[] found = withoutLastSlash(path).split("/", -1);
    boolean matches = expected.length == found.length;
    for (int index = 0; matches && index < expected.length; index++) {
      matches = expected[index].startsWith(":") || expected[index].equals(found[index]);
    }
    return matches;
  }

  /** The router ignores it, too. */
  private static String withoutLastSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}

package io.bookbell.server.api;

import static io.bookbell.server.api.Description.escape;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A described call.
 *
 * @param path pointer to the description of its path
 * @param pointer to its own description
 */
record Operation(String method, String template, Pattern form, String path, String pointer) {
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  /** All operations of an OpenAPI file, those with a fixed path first. */
  static List<Operation> in(Description file) {
    var found = new ArrayList<Operation>();
    for (String template : file.names("/paths")) {
      for (String method : file.names("/paths/" + escape(template))) {
        if (METHODS.contains(method)) {
          found.add(of(method, template));
        }
      }
    }
    found.sort(Comparator.comparing(operation -> operation.template.contains("{")));
    return List.copyOf(found);
  }

  private static Operation of(String method, String template) {
    Pattern form = Pattern.compile(template.replaceAll("\\{[^}]*}", "[^/]+"));
    String path = "/paths/" + escape(template);
    return new Operation(
        method.toUpperCase(Locale.ROOT), template, form, path, path + "/" + method);
  }

  /** The names of a route's operations. HEAD, which is answered like GET, isn't described. */
  static List<String> namesOf(Route route) {
    String template = route.getPath().replaceAll(":(\\w+)", "{$1}");
    return route.methods().stream()
        .filter(method -> !method.equals(HttpMethod.HEAD))
        .map(method -> method + " " + template)
        .toList();
  }

  boolean matches(String otherMethod, String otherPath) {
    return method.equals(otherMethod) && form.matcher(otherPath).matches();
  }

  @Override
  public String toString() {
    return method + " " + template;
  }
}

package io.bookbell.server.site;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Discovers the files that make up the page like a browser does: from {@code index.html} along
 * module imports, style sheets and fonts.
 */
final class PageScanner {
  private static final String INDEX = "/index.html";

  private static final Pattern IMPORT_MAP =
      Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);
  private static final Pattern ENTRY = Pattern.compile("<script type=\"module\" src=\"(/[^\"]+)\"");
  private static final Pattern LINK = Pattern.compile("<link [^>]*href=\"(/[^\"]+)\"");
  private static final Pattern STYLED_WITH = Pattern.compile("url\\('([^')]+)'\\)");
  private static final Pattern ICON = Pattern.compile("\"src\":\\s*\"(/[^\"]+)\"");
  private static final Pattern COMMENT =
      Pattern.compile("/\\*.*?\\*/|^\\s*//[^\n]*", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern STATIC =
      Pattern.compile("(?:\\bfrom|\\bimport)\\s*[\"']([^\"']+)[\"']");
  private static final Pattern DYNAMIC = Pattern.compile("\\bimport\\(\\s*[\"']([^\"']+)[\"']");

  /**
   * Scans the page.
   *
   * @param texts returns the text of the file with a given path
   */
  static AppShell scanPage(Function<String, Optional<String>> texts) {
    String index = texts.apply(INDEX).orElseThrow();
    var moduleImports = new ModuleImports(texts, importMap(index));
    var files = new LinkedHashSet<String>();
    files.add(INDEX);
    files.addAll(findGroups(LINK, index));
    for (String link : findGroups(LINK, index)) {
      if (link.endsWith(".webmanifest")) {
        files.addAll(findGroups(ICON, texts.apply(link).orElse("")));
      } else if (link.endsWith(".css")) {
        findGroups(STYLED_WITH, texts.apply(link).orElse(""))
            .forEach(url -> files.add(resolvePath(link, url)));
      }
    }
    Set<String> first = moduleImports.collectModules(findGroups(ENTRY, index), false);
    files.addAll(first);
    files.addAll(moduleImports.collectModules(findGroups(ENTRY, index), true));
    return new AppShell(List.copyOf(first), new TreeSet<>(files));
  }

  private PageScanner() {}

  private static NavigableMap<String, String> importMap(String index) {
    Matcher script = IMPORT_MAP.matcher(index);
    var map = new TreeMap<String, String>();
    if (script.find()) {
      try {
        for (Map.Entry<String, JsonNode> each :
            Json.readTree(script.group(1)).get("imports").properties()) {
          map.put(each.getKey(), each.getValue().asText());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("The import map of the page is not JSON", e);
      }
    }
    return map;
  }

  private static List<String> findGroups(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> match.group(1)).toList();
  }

  /** Resolves a path relative to the file that contains it. */
  private static String resolvePath(String from, String name) {
    return URI.create(from).resolve(name).getPath();
  }

  private record ModuleImports(
      Function<String, Optional<String>> texts, NavigableMap<String, String> map) {

    /** Collects these modules and everything they import. */
    Set<String> collectModules(List<String> from, boolean whenNeeded) {
      var seen = new LinkedHashSet<String>();
      var open = new ArrayDeque<>(from);
      while (!open.isEmpty()) {
        String path = open.pop();
        if (seen.add(path)) {
          importedNames(path, whenNeeded).stream()
              .map(name -> resolveImport(path, name))
              .filter(module -> module.startsWith("/")) // other matches are in templates
              .forEach(open::add);
        }
      }
      return seen;
    }

    private List<String> importedNames(String path, boolean whenNeeded) {
      String code = COMMENT.matcher(texts.apply(path).orElse("")).replaceAll(" ");
      var names = new ArrayList<>(findGroups(STATIC, code));
      if (whenNeeded) {
        names.addAll(findGroups(DYNAMIC, code));
      }
      return names;
    }

    /**
     * Resolves a bare specifier by the longest matching entry of the import map, which comes first
     * in descending order.
     */
    private String resolveImport(String from, String name) {
      if (name.startsWith(".") || name.startsWith("/")) {
        return resolvePath(from, name);
      }
      return map.descendingMap().entrySet().stream()
          .filter(each -> matchesEntry(each.getKey(), name))
          .findFirst()
          .map(each -> each.getValue() + name.substring(each.getKey().length()))
          .orElse(name);
    }

    private static boolean matchesEntry(String key, String name) {
      return key.endsWith("/") ? name.startsWith(key) : name.equals(key);
    }
  }
}

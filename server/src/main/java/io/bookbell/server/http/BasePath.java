package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The path of the public URL. Every address of this server that a client gets starts with it, so
 * that clients can resolve the address against the one they have called: those in JSON ({@link
 * #resolve}) and those in files ({@link #rewritePaths}). Routes don't see it, because {@link
 * BasePathHandler} strips it.
 *
 * @param path empty, or for example {@code /books}
 */
public record BasePath(String path) {
  /** For a server without a path, and for work whose results contain no address. */
  public static final BasePath NONE = new BasePath("");

  /** Returns the address of a route, such as {@code /books/api/me} for {@code /api/me}. */
  public String resolve(String route) {
    return path + route;
  }

  /**
   * Returns a file's content as served under this path. Modules need no change, because they import
   * relative to where they were loaded from.
   */
  public byte[] rewritePaths(String resource, byte[] content) {
    if (path.isEmpty()) {
      return content;
    }
    String text = new String(content, UTF_8);
    String rewritten =
        switch (resource.substring(resource.lastIndexOf('.') + 1)) {
          case "html" ->
              text.replace("=\"/", "=\"" + path + "/").replace(": \"/", ": \"" + path + "/");
          case "webmanifest" -> text.replace(": \"/", ": \"" + path + "/");
          case "css" ->
              text.replace("url(/", "url(" + path + "/").replace("url(\"/", "url(\"" + path + "/");
          case "yaml" ->
              text.replace("- {url: /,", "- {url: " + path + ",")
                  .replace("](/", "](" + path + "/")
                  .replace("picture: '/", "picture: '" + path + "/")
                  .replace(
                      "\n    protocol: ws\n", "\n    protocol: ws\n    pathname: " + path + "\n");
          default -> text;
        };
    return rewritten.equals(text) ? content : rewritten.getBytes(UTF_8);
  }
}

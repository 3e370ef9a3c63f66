package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Inserts the path of the public URL into files that contain addresses of this server. Modules need
 * no change, because they import relative to where they were loaded from.
 *
 * @param path empty, or for example {@code /books}
 */
public record BasePath(String path) {

  /** Returns the content as served under this path. */
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
                  .replace(
                      "\n    protocol: ws\n", "\n    protocol: ws\n    pathname: " + path + "\n");
          default -> text;
        };
    return rewritten.equals(text) ? content : rewritten.getBytes(UTF_8);
  }
}

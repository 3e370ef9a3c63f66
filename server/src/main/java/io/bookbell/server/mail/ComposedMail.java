package io.bookbell.server.mail;

import java.util.Map;

/**
 * A mail before it is sent.
 *
 * @param headers besides those of address and content
 */
record ComposedMail(
    String to, String subject, String text, String html, Map<String, String> headers) {
  /** Without the content, which may contain a secret. */
  @Override
  public String toString() {
    return "ComposedMail";
  }
}

package io.bookbell.server.web;

import java.util.regex.Pattern;

/**
 * The addresses at which the page shows something, as its own router (web/src/app/router.js) knows
 * them. Every other address is nothing, and is answered so: a monitor that asks for a wrong path
 * must not be told that all is well.
 */
final class PagePlaces {
  /** In a form that JavaScript reads alike: the page's worker is told of it. */
  static final String PATTERN =
      "^/(?:join|setup|requests/[0-9]+|creators/[0-9]+/(?:requests|inbox|supporters|tiers"
          + "|invitations|team|activity|settings|begin))?$";

  private static final Pattern PLACE = Pattern.compile(PATTERN);

  private PagePlaces() {}

  static boolean has(String path) {
    return PLACE.matcher(path).find();
  }
}

package io.bookbell.server.site;

import java.util.regex.Pattern;

/**
 * The paths at which the page has a view, as in its own router (web/src/app/router.js). Other paths
 * are answered with 404, so that monitoring of a wrong path doesn't report success.
 */
final class SitePaths {
  /** In syntax common to Java and JavaScript, because the page's service worker uses it, too. */
  static final String PATTERN =
      "^/(?:join|setup|reset|handover|account|news|operator|patreon|requests/[0-9]+"
          + "|creators/[0-9]+/(?:requests|inbox|supporters|tiers"
          + "|invitations|team|activity|settings|begin))?$";

  private static final Pattern PLACE = Pattern.compile(PATTERN);

  private SitePaths() {}

  static boolean matchesPath(String path) {
    return PLACE.matcher(path).find();
  }
}

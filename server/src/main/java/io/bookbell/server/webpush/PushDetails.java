package io.bookbell.server.webpush;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * What is stored with a browser's target.
 *
 * @param session the hash of the session in which the browser has subscribed, with which it also
 *     ends; empty if somebody else signs its user in, or a program has subscribed it
 */
record PushDetails(BrowserKeys browserKeys, Optional<String> session) {
  private static final String SESSION = "session";

  /** Reads the stored form. */
  static PushDetails parse(String details) {
    try {
      JsonNode json = Json.readTree(details);
      return new PushDetails(
          new BrowserKeys(
              json.path(BrowserKeys.PUBLIC_KEY).asText(), json.path(BrowserKeys.SECRET).asText()),
          Optional.ofNullable(json.path(SESSION).textValue()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The details of a subscription aren't JSON", e);
    }
  }

  /** Returns the stored form. */
  String stored() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put(BrowserKeys.PUBLIC_KEY, browserKeys.p256dh());
    fields.put(BrowserKeys.SECRET, browserKeys.auth());
    session.ifPresent(hash -> fields.put(SESSION, hash));
    return Json.writeAsString(fields);
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "PushDetails";
  }
}

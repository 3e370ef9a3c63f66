package io.bookbell.server.http;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What the key of a program grants to it.
 *
 * @param timeLeft how long the key was still valid when it was looked up; empty if it doesn't
 *     expire
 */
public record KeyGrant(Set<KeyScope> scopes, Optional<Duration> timeLeft) {
  KeyGrant afterMore(Duration time) {
    return new KeyGrant(scopes, timeLeft.map(left -> left.minus(time)));
  }
}

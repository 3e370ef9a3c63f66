package io.bookbell.server.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How the replaced system's tables are used while both systems serve.
 *
 * @param sharedQuota whether its counter is changed with each request
 * @param mapping the file with the statements; empty for that system's own tables
 */
public record LegacyConfig(boolean sharedQuota, Optional<Path> mapping) {
  public static final LegacyConfig NONE = new LegacyConfig(false, Optional.empty());
}

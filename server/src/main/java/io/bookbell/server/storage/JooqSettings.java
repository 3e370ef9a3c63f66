package io.bookbell.server.storage;

import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;

/** How jOOQ renders and runs every statement. */
final class JooqSettings {
  static final Settings SETTINGS =
      new Settings()
          .withRenderSchema(false)
          .withRenderQuotedNames(RenderQuotedNames.EXPLICIT_DEFAULT_UNQUOTED)
          .withExecuteLogging(false);

  private JooqSettings() {}
}

package io.bookbell.server.storage;

import org.jooq.Configuration;
import org.jooq.ExecuteListenerProvider;
import org.jooq.SQLDialect;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.DefaultConfiguration;

/** The jOOQ settings for rendering and executing all statements. */
public final class JooqSettings {
  private static final Settings SETTINGS =
      new Settings()
          .withRenderSchema(false)
          .withRenderQuotedNames(RenderQuotedNames.EXPLICIT_DEFAULT_UNQUOTED)
          .withExecuteLogging(false);

  static {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
  }

  private JooqSettings() {}

  /**
   * The configuration shared by all transactions on a database; each derives its own with a
   * connection.
   */
  public static Configuration createConfiguration(
      SQLDialect dialect, ExecuteListenerProvider... listeners) {
    return new DefaultConfiguration().set(dialect).set(SETTINGS).set(listeners);
  }
}

package io.bookbell.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.bookbell.server.config.SecretRedactor;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Configures Logback: levels, format and output. Written in Java because a configuration file would
 * make every start load XML parsers; {@code -Dlogback.configurationFile=FILE} still replaces it.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSettings extends ContextAwareBase implements Configurator {
  private static final String OTHER_SETTINGS = "logback.configurationFile";
  private static final String PATTERN =
      "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{0} - %msg%cause%n";
  private static final String LEVEL = "BOOKBELL_LOG";

  /** Loggers that are turned off: Flyway also throws what it logs, with whole stack traces. */
  private static final List<String> SILENT = List.of("org.flywaydb");

  private static final List<String> WARNINGS_ONLY =
      List.of("com.zaxxer.hikari", "io.netty", "io.lettuce", "io.vertx", "org.sqlite");

  /** Whether failures are shown with their stack traces. Thread-safe. */
  public static boolean isDebug() {
    return LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME).isDebugEnabled();
  }

  /** Applies the level from the settings file; that from the environment applies from the start. */
  public static void setLevel(String level) {
    if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.toLevel(level, Level.INFO));
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(OTHER_SETTINGS) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    SILENT.forEach(name -> context.getLogger(name).setLevel(Level.OFF));
    WARNINGS_ONLY.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(System.getenv(LEVEL), Level.INFO));
    root.addAppender(standardErrorAppender(context));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static ConsoleAppender<ILoggingEvent> standardErrorAppender(LoggerContext context) {
    var layout = new RedactedLayout();
    layout.setContext(context);
    layout.getInstanceConverterMap().put("cause", CauseConverter::new);
    layout.setPattern(PATTERN);
    layout.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    return console;
  }

  /** Masks passwords in all messages, including those of exceptions. */
  private static final class RedactedLayout extends PatternLayout {
    @Override
    public String doLayout(ILoggingEvent event) {
      return SecretRedactor.redactText(super.doLayout(event));
    }
  }
}

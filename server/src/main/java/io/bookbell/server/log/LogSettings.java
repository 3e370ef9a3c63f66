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
 * What is logged, and how. In Java, since a file of settings would have every start load parsers
 * for XML; {@code -Dlogback.configurationFile=FILE} still names one that is used instead.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSettings extends ContextAwareBase implements Configurator {
  private static final String OTHER_SETTINGS = "logback.configurationFile";
  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{0} - %msg%n";
  private static final String LEVEL = "BOOKBELL_LOG";

  /**
   * What fails they throw as well. Flyway would log whole stacks, and jOOQ warns of each PostgreSQL
   * but the newest.
   */
  private static final List<String> SILENT = List.of("org.flywaydb", "org.jooq");

  private static final List<String> WARNINGS_ONLY =
      List.of("com.zaxxer.hikari", "io.netty", "io.lettuce", "io.vertx", "org.sqlite");

  /** Whether failures are shown with their stacks. Any thread may ask. */
  public static boolean isDebug() {
    return LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME).isDebugEnabled();
  }

  /** Sets what the file of settings says; the environment's word holds from the very start. */
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

  /** No message shows a password, nor does the message of an exception, whoever wrote it. */
  private static final class RedactedLayout extends PatternLayout {
    @Override
    public String doLayout(ILoggingEvent event) {
      return SecretRedactor.redactText(super.doLayout(event));
    }
  }
}

package io.bookbell.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;

/**
 * What is logged, and how. In Java, since a file of settings would have every start load parsers
 * for XML; {@code -Dlogback.configurationFile=FILE} still names one that is used instead.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSettings extends ContextAwareBase implements Configurator {
  private static final String OTHER_SETTINGS = "logback.configurationFile";
  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{0} - %msg%n";
  private static final List<String> WARNINGS_ONLY =
      List.of("org.flywaydb", "org.jooq", "com.zaxxer.hikari", "io.netty", "io.vertx");

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(OTHER_SETTINGS) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    WARNINGS_ONLY.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(toStandardError(context));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static ConsoleAppender<ILoggingEvent> toStandardError(LoggerContext context) {
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    return console;
  }
}

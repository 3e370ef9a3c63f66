package io.bookbell.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;

/**
 * Formats the exception of a log event. A warning tells an operator about something that Bookbell
 * or a library handles, such as a database that stopped, so it gets one line with the innermost
 * cause. Errors, and everything at the level {@code debug}, get the whole stack trace. Called on
 * the thread that logs.
 */
final class CauseConverter extends ThrowableHandlingConverter {
  @Override
  public String convert(ILoggingEvent event) {
    IThrowableProxy failure = event.getThrowableProxy();
    if (failure == null) {
      return "";
    }
    return event.getLevel().isGreaterOrEqual(Level.ERROR) || LogSettings.isDebug()
        ? System.lineSeparator() + ThrowableProxyUtil.asString(failure).stripTrailing()
        : " (" + innermostCause(failure) + ")";
  }

  private static String innermostCause(IThrowableProxy failure) {
    IThrowableProxy cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String name = cause.getClassName().substring(cause.getClassName().lastIndexOf('.') + 1);
    return cause.getMessage() == null
        ? name
        : name + ": " + cause.getMessage().strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}

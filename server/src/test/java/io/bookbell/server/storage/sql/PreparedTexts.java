package io.bookbell.server.storage.sql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.List;

/** Records the SQL texts that a connection is asked to prepare. */
final class PreparedTexts {
  private PreparedTexts() {}

  /** A connection that adds each text to a list before the driver prepares it. */
  static Connection recordInto(List<String> texts, Connection driver) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (_, method, arguments) -> {
              if (method.getName().equals("prepareStatement")) {
                texts.add((String) arguments[0]);
              }
              try {
                return method.invoke(driver, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}

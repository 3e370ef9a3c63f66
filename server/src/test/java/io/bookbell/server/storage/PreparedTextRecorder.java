package io.bookbell.server.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jooq.tools.jdbc.DefaultConnection;

/** A connection that records the SQL texts it is asked to prepare. */
public final class PreparedTextRecorder extends DefaultConnection {
  private final List<String> texts;

  public PreparedTextRecorder(Connection driver, List<String> texts) {
    super(driver);
    this.texts = texts;
  }

  @Override
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    texts.add(sql);
    return super.prepareStatement(sql);
  }
}

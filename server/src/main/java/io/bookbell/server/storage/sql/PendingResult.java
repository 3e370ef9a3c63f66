package io.bookbell.server.storage.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The result of a statement that is sent together with others: at the latest when its result is
 * asked for. Confined to the session's thread.
 */
public final class PendingResult<T> implements Supplier<T> {
  private final SqlSession session;
  private final ResultReader<T> reader;
  private @Nullable T value;
  private boolean known;

  /** Reads the result of a statement that has run. */
  @FunctionalInterface
  interface ResultReader<T> {
    T read(PreparedStatement statement) throws SQLException;
  }

  PendingResult(SqlSession session, ResultReader<T> reader) {
    this.session = session;
    this.reader = reader;
  }

  void readFrom(PreparedStatement statement) throws SQLException {
    value = reader.read(statement);
    known = true;
  }

  /** Sets the result. The statement's owner knows that it is a T. */
  @SuppressWarnings("unchecked")
  void complete(Object result) {
    value = (T) result;
    known = true;
  }

  /** Whether the statement has run. */
  public boolean isKnown() {
    return known;
  }

  /**
   * Returns the result, after sending all statements that wait.
   *
   * @throws IllegalStateException if the statement was never sent because the transaction was
   *     rolled back
   */
  @SuppressWarnings("NullAway") // a reader may return null; T is then nullable for its caller
  @Override
  public T get() {
    if (!known) {
      session.flush();
    }
    if (!known) {
      throw new IllegalStateException("The statement was discarded by a rollback");
    }
    return value;
  }
}

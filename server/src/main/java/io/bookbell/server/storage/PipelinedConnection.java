package io.bookbell.server.storage;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL connection that saves round trips: it queues statements whose result nobody needs
 * and sends them together with the next one, in order. Confined to one thread.
 *
 * <p>If a queued statement fails, the exception is thrown when the queue is sent, before any later
 * statement has run; a commit always sends the queue first.
 */
public final class PipelinedConnection extends DefaultConnection {
  private static final String SAVEPOINT = "savepoint command";
  private static final String RELEASE = "release savepoint command";
  private static final String ROLLBACK_TO = "rollback to savepoint command";

  /** Limits the memory that queued statements use in this process and in PostgreSQL. */
  private static final int MOST_WAITING = 32;

  private final List<PipelinedStatement> waiting = new ArrayList<>();
  private boolean holding;

  public PipelinedConnection(Connection connection) {
    super(connection);
  }

  /** Runs the work and queues the statements it executes. Their results are not available. */
  public void queueStatements(Runnable work) {
    holding = true;
    try {
      work.run();
    } finally {
      holding = false;
    }
  }

  @Override
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    if (holding) {
      return proxyStatement(new PipelinedStatement(sql));
    }
    if (waiting.isEmpty()) {
      return super.prepareStatement(sql);
    }
    return proxyStatement(new FlushingStatement(sql));
  }

  @Override
  public Statement createStatement() throws SQLException {
    flushQueued();
    return super.createStatement();
  }

  @Override
  public void commit() throws SQLException {
    flushQueued();
    super.commit();
  }

  @Override
  public void rollback() throws SQLException {
    waiting.clear();
    super.rollback();
  }

  /** Only one savepoint can be active at a time. */
  @Override
  public Savepoint setSavepoint() {
    var pipelinedSavepoint = new PipelinedSavepoint();
    waiting.add(pipelinedSavepoint);
    return pipelinedSavepoint;
  }

  @Override
  public void rollback(Savepoint savepoint) throws SQLException {
    int unsent = waiting.indexOf(savepoint);
    if (unsent >= 0) {
      waiting.subList(unsent + 1, waiting.size()).clear();
      return;
    }
    waiting.clear();
    try (Statement statement = super.createStatement()) {
      statement.execute(ROLLBACK_TO);
    }
  }

  @Override
  public void releaseSavepoint(Savepoint savepoint) {
    waiting.add(new PipelinedStatement(RELEASE));
  }

  /** Sends the queued statements. Throws if one of them fails. */
  void flushQueued() throws SQLException {
    if (!waiting.isEmpty()) {
      try (PreparedStatement all = super.prepareStatement(joinedSql())) {
        bindQueued(all);
        waiting.clear();
        all.execute();
      }
    }
  }

  private String joinedSql() {
    return waiting.stream()
        .map(pipelinedStatement -> pipelinedStatement.sql)
        .collect(Collectors.joining(";"));
  }

  /** Binds the values of all queued statements. Returns the number of parameters. */
  private int bindQueued(PreparedStatement all) throws SQLException {
    int filled = 0;
    for (PipelinedStatement pipelinedStatement : waiting) {
      for (BoundValue boundValue : pipelinedStatement.values) {
        boundValue.bindTo(all, filled);
      }
      filled += pipelinedStatement.places;
    }
    return filled;
  }

  private static PreparedStatement proxyStatement(InvocationHandler handler) {
    return (PreparedStatement)
        Proxy.newProxyInstance(
            PipelinedConnection.class.getClassLoader(),
            new Class<?>[] {PreparedStatement.class},
            handler);
  }

  /** A recorded call that binds a parameter. */
  private record BoundValue(Method method, List<@Nullable Object> arguments) {
    static @Nullable BoundValue of(Method method, Object @Nullable [] arguments) {
      if (arguments == null
          || arguments.length < 2
          || !(arguments[0] instanceof Integer)
          || method.getDeclaringClass() != PreparedStatement.class) {
        return null;
      }
      return new BoundValue(method, Arrays.asList(arguments));
    }

    int parameterIndex() {
      return arguments.getFirst() instanceof Integer place ? place : 0;
    }

    void bindTo(PreparedStatement statement, int placesBefore) throws SQLException {
      var moved = new ArrayList<>(arguments);
      moved.set(0, parameterIndex() + placesBefore);
      invokeMethod(statement, method, moved.toArray());
    }
  }

  private static @Nullable Object invokeMethod(
      Object target, Method method, Object @Nullable [] arguments) throws SQLException {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof SQLException failure ? failure : new SQLException(e);
    } catch (IllegalAccessException e) {
      throw new SQLException(e);
    }
  }

  /** A queued statement with its values. */
  private class PipelinedStatement implements InvocationHandler {
    final String sql;
    final List<BoundValue> values = new ArrayList<>();
    int places;

    PipelinedStatement(String sql) {
      this.sql = sql;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws SQLException {
      BoundValue boundValue = BoundValue.of(method, arguments);
      if (boundValue != null) {
        values.add(boundValue);
        places = Math.max(places, boundValue.parameterIndex());
        return null;
      }
      return switch (method.getName()) {
        case "execute", "executeUpdate" -> {
          enqueueSelf();
          yield method.getReturnType() == int.class ? 0 : (Object) false;
        }
        case "getUpdateCount" -> 0;
        case "close", "getWarnings" -> null;
        case "toString" -> sql;
        default ->
            throw new IllegalStateException("A statement that waits has no " + method.getName());
      };
    }

    private void enqueueSelf() throws SQLException {
      if (waiting.size() >= MOST_WAITING) {
        flushQueued();
      }
      waiting.add(this);
    }
  }

  private final class PipelinedSavepoint extends PipelinedStatement implements Savepoint {
    PipelinedSavepoint() {
      super(SAVEPOINT);
    }

    @Override
    public int getSavepointId() throws SQLException {
      throw new SQLException("This savepoint has a name");
    }

    @Override
    public String getSavepointName() {
      return "command";
    }
  }

  /**
   * The statement that sends the queue with it. The results of the queued statements precede its
   * own.
   */
  private final class FlushingStatement implements InvocationHandler {
    private final PreparedStatement all;
    private final int placesBefore;
    private final int resultsBefore = waiting.size();

    FlushingStatement(String sql) throws SQLException {
      all = PipelinedConnection.super.prepareStatement(joinedSql() + ";" + sql);
      placesBefore = bindQueued(all);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws SQLException {
      BoundValue boundValue = BoundValue.of(method, arguments);
      if (boundValue != null) {
        boundValue.bindTo(all, placesBefore);
        return null;
      }
      return switch (method.getName()) {
        case "execute" -> executeAll();
        case "executeQuery" -> {
          executeAll();
          yield all.getResultSet();
        }
        case "executeUpdate" -> {
          executeAll();
          yield all.getUpdateCount();
        }
        default -> invokeMethod(all, method, arguments);
      };
    }

    /** Returns whether the statement's own result is a result set. */
    private boolean executeAll() throws SQLException {
      waiting.clear();
      boolean isRows = all.execute();
      for (int passed = 0; passed < resultsBefore; passed++) {
        isRows = all.getMoreResults();
      }
      return isRows;
    }
  }
}

package io.bookbell.server.storage;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jooq.Binding;
import org.jooq.Converter;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jooq.RowCountQuery;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultDataType;
import org.jspecify.annotations.Nullable;

/**
 * A statement that jOOQ builds and renders once per connection and runs with new values each time:
 * for frequent commands, where rendering takes longer than running. Thread-safe.
 *
 * @param <A> the type from which the values are read
 */
public final class PreparedQuery<A, Q extends Query> {
  /** Limits the number of parameters: above SQLite's 999, jOOQ inlines values into the SQL text. */
  static final int MOST_VALUES = 900;

  private final QueryTemplate<A, Q> queryTemplate;

  private PreparedQuery(QueryTemplate<A, Q> queryTemplate) {
    this.queryTemplate = queryTemplate;
  }

  public static <A, Q extends Query> PreparedQuery<A, Q> of(QueryTemplate<A, Q> queryTemplate) {
    return new PreparedQuery<>(queryTemplate);
  }

  /** An insert, update or delete that returns one field of the rows it writes. */
  static <A, T> PreparedQuery<A, ResultQuery<Record1<T>>> withReturning(
      PreparedQuery<A, ? extends RowCountQuery> statement, Field<T> field) {
    return of(
        (sql, from) ->
            ReturningClause.returningField(
                sql, statement.queryTemplate.buildQuery(sql, from), field));
  }

  /**
   * Builds the statement. It is built once for all values, so it must not depend on any of them.
   */
  @FunctionalInterface
  public interface QueryTemplate<A, Q extends Query> {
    Q buildQuery(DSLContext sql, ParameterBinder<A> from);
  }

  /** Creates parameters. */
  public interface ParameterBinder<A> {
    /** A parameter for a value of the column's type. */
    <T> Field<T> parameterFor(Field<T> column, Function<? super A, ? extends @Nullable T> value);
  }

  /** Builds the statement for a single run. */
  Q renderOnce(DSLContext sql, A source) {
    return queryTemplate.buildQuery(
        sql,
        new ParameterBinder<>() {
          @Override
          public <T> Field<T> parameterFor(
              Field<T> column, Function<? super A, ? extends @Nullable T> value) {
            return DSL.val(value.apply(source), column.getDataType());
          }
        });
  }

  /**
   * Builds the statement for repeated runs on one connection, confined to that connection's thread.
   */
  BoundQuery<A, Q> renderForReuse(DSLContext sql) {
    var slots = new ArrayList<ParameterSlot<A, ?>>();
    Q query =
        queryTemplate.buildQuery(
            sql,
            new ParameterBinder<>() {
              @Override
              public <T> Field<T> parameterFor(
                  Field<T> column, Function<? super A, ? extends @Nullable T> value) {
                var parameterSlot = new ParameterSlot<A, T>(column, value);
                slots.add(parameterSlot);
                return parameterSlot.place;
              }
            });
    if (slots.size() > MOST_VALUES) {
      throw new IllegalArgumentException(
          "A statement with %d values, of at most %d".formatted(slots.size(), MOST_VALUES));
    }
    query.keepStatement(true);
    return new BoundQuery<>(query, slots);
  }

  /** A statement and its parameters. */
  record BoundQuery<A, Q extends Query>(Q query, List<ParameterSlot<A, ?>> slots) {
    Q bindValues(A source) {
      for (ParameterSlot<A, ?> parameterSlot : slots) {
        parameterSlot.bindValue(source);
      }
      return query;
    }
  }

  /**
   * A parameter whose value changes from run to run. Changing one of jOOQ's own parameters would
   * search the whole statement each time, so the value is read from here when the statement is
   * bound.
   */
  private static final class ParameterSlot<A, T> {
    private final Function<? super A, ? extends @Nullable T> source;
    private final Field<T> place;
    private @Nullable T value;

    ParameterSlot(Field<T> column, Function<? super A, ? extends @Nullable T> source) {
      this.source = source;
      this.place = createParameter(column.getBinding(), column.getType());
    }

    /** Builds on the database's own type: an already converted one would keep its binding. */
    private <D> Field<T> createParameter(Binding<D, T> binding, Class<T> type) {
      Converter<T, T> current = Converter.of(type, type, stored -> stored, _ -> value);
      Binding<D, T> late =
          Binding.of(
              binding.converter(),
              context -> runUnchecked(() -> binding.sql(context.convert(current))),
              _ -> {
                throw new UnsupportedOperationException("a value that is only given");
              },
              context -> runUnchecked(() -> binding.set(context.convert(current))));
      DataType<D> stored =
          DefaultDataType.getDataType(SQLDialect.DEFAULT, binding.converter().fromType());
      Field<T> bound = DSL.val(null, stored.asConvertedDataType(late));
      return DSL.field("{0}", type, bound); // a bare value would take over a column's binding
    }

    void bindValue(A from) {
      value = source.apply(from);
    }

    private interface SqlAction {
      void run() throws SQLException;
    }

    private static void runUnchecked(SqlAction sqlAction) {
      try {
        sqlAction.run();
      } catch (SQLException e) {
        throw new DataAccessException("A value could not be given to a statement", e);
      }
    }
  }
}

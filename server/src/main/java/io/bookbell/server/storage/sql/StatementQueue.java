package io.bookbell.server.storage.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * The statements that wait to be sent together. Confined to the session's thread.
 *
 * <p>Each command's statements stay in their order. If several commands are decided together, what
 * one of them writes doesn't depend on the others, so a statement may join an earlier one with the
 * same text as long as it stays behind the statements of its own command. So a batch of equal
 * commands becomes one statement per table.
 */
final class StatementQueue {
  private final List<QueuedStatement> statements = new ArrayList<>();
  private int command;

  /** Statements before this one belong to commands that are already decided, and stay first. */
  private int first;

  /** The statement that the current command's next one must not overtake. */
  private int last;

  private boolean commandWasSent;
  private int values;

  /** Begins the statements of another command, which may join those of earlier commands. */
  void beginCommand() {
    command++;
    last = first;
    commandWasSent = false;
  }

  /** Ends the commands that are decided together: all later statements stay behind theirs. */
  void endCommands() {
    first = statements.size();
    beginCommand();
  }

  int command() {
    return command;
  }

  void add(QueuedStatement added) {
    values += added.countValues();
    for (int index = last; index < statements.size(); index++) {
      if (statements.get(index).canTake(added)) {
        statements.get(index).rows().addAll(added.rows());
        last = index;
        return;
      }
    }
    last = statements.size();
    statements.add(added);
  }

  boolean isEmpty() {
    return statements.isEmpty();
  }

  int size() {
    return statements.size();
  }

  int countValues() {
    return values;
  }

  boolean needsAnswer() {
    return statements.stream().anyMatch(QueuedStatement::needsAnswer);
  }

  /** Takes all statements, to send them. */
  List<QueuedStatement> takeAll() {
    commandWasSent = commandWasSent || hasWriteOfCommand();
    var all = List.copyOf(statements);
    clear();
    return all;
  }

  private boolean hasWriteOfCommand() {
    for (QueuedStatement statement : statements) {
      if (statement.isWrite() && statement.hasRowOf(command)) {
        return true;
      }
    }
    return false;
  }

  void clear() {
    statements.clear();
    first = 0;
    last = 0;
    values = 0;
  }

  /**
   * Removes what the current command has written.
   *
   * @return false if that isn't possible: some of it has been sent already, or other commands may
   *     need the result of a statement that was enqueued for this one
   */
  boolean removeCommand() {
    boolean hasResult = false;
    for (QueuedStatement statement : statements) {
      hasResult |= statement.hasResultFor(command);
      statement.rows().removeIf(row -> row.command() == command);
    }
    statements.removeIf(statement -> statement.rows().isEmpty());
    values = statements.stream().mapToInt(QueuedStatement::countValues).sum();
    last = statements.size();
    return !commandWasSent && !hasResult;
  }

  /**
   * Removes what waits behind the newest statement with this text.
   *
   * @return false if there is none
   */
  boolean removeBehind(String sql) {
    for (int index = statements.size() - 1; index >= 0; index--) {
      if (statements.get(index).sql().equals(sql)) {
        statements.subList(index + 1, statements.size()).clear();
        values = statements.stream().mapToInt(QueuedStatement::countValues).sum();
        last = statements.size();
        return true;
      }
    }
    return false;
  }
}

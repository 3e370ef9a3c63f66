package io.bookbell.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.storage.sql.DataAccessException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class StorageTroubleTest {
  @ParameterizedTest
  @CsvSource({
    "53100, FULL",
    "53200, OUT_OF_MEMORY",
    "53300, BUSY",
    "57P01, UNREACHABLE",
    "57P02, UNREACHABLE",
    "57P03, UNREACHABLE",
    "57P05, UNREACHABLE",
    "08006, UNREACHABLE",
    "08001, UNREACHABLE",
    "25006, READ_ONLY",
    "25P03, BUSY",
    "57014, BUSY",
    "55P03, BUSY",
    "40001, BUSY",
    "40P01, BUSY",
    "58030, FAILING",
    "XX000, FAILING",
    "XX001, FAILING"
  })
  void troubleIsRecognizedByTheStatesOfPostgresql(String state, StorageTrouble trouble) {
    assertThat(troubleIn(new SQLException("says the server", state))).isEqualTo(trouble);
  }

  @ParameterizedTest
  @CsvSource({
    "SQLITE_FULL, FULL",
    "SQLITE_READONLY, READ_ONLY",
    "SQLITE_READONLY_DBMOVED, READ_ONLY",
    "SQLITE_IOERR, FAILING",
    "SQLITE_IOERR_WRITE, FAILING",
    "SQLITE_IOERR_FSYNC, FAILING",
    "SQLITE_IOERR_SHMSIZE, FAILING",
    "SQLITE_INTERRUPT, FAILING",
    "SQLITE_CANTOPEN, FAILING",
    "SQLITE_CORRUPT, FAILING",
    "SQLITE_NOMEM, OUT_OF_MEMORY",
    "SQLITE_BUSY, BUSY",
    "SQLITE_BUSY_SNAPSHOT, BUSY",
    "SQLITE_LOCKED, BUSY"
  })
  void troubleIsRecognizedByTheCodesOfSqlite(SQLiteErrorCode code, StorageTrouble trouble) {
    assertThat(troubleIn(new SQLiteException("says the library", code))).isEqualTo(trouble);
  }

  @Test
  void aPoolThatGivesNoConnectionIsTrouble() {
    var refused = new SQLException("refused", "08001");

    assertThat(troubleIn(new SQLTransientConnectionException("none", refused)))
        .isEqualTo(StorageTrouble.UNREACHABLE);
    assertThat(troubleIn(new SQLTransientConnectionException("none")))
        .isEqualTo(StorageTrouble.BUSY);
  }

  @Test
  void errorsOfACommandAreNoTrouble() {
    var twice = new SQLException("duplicate key", "23505");

    assertThat(StorageTrouble.findIn(new DataAccessException("failed", twice))).isEmpty();
    assertThat(StorageTrouble.findIn(new SQLiteException("", SQLiteErrorCode.SQLITE_CONSTRAINT)))
        .isEmpty();
    assertThat(StorageTrouble.findIn(new IllegalStateException("refused"))).isEmpty();
  }

  private static StorageTrouble troubleIn(SQLException failure) {
    return StorageTrouble.findIn(new DataAccessException("wrapped", failure)).orElseThrow();
  }
}

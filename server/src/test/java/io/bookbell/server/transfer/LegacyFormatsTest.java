package io.bookbell.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How mappings, times and numbers are read. */
class LegacyFormatsTest {
  private static final String COMPLETE =
      Arrays.stream(LegacyQuery.values())
          .map(query -> "-- name: " + query.queryName() + "\nSELECT 1 AS id;\n")
          .collect(Collectors.joining());

  private static LegacyRow replyWith(String time) {
    var values = Collections.nCopies(LegacyQuery.REPLIES.columns().size(), time);
    return new LegacyRow(LegacyQuery.REPLIES, values);
  }

  @ParameterizedTest
  @CsvSource({
    "2025-11-05 10:20:30.123456, 2025-11-05T10:20:30.123Z, false",
    "2025-11-05 10:20:30, 2025-11-05T10:20:30Z, false",
    "2025-11-05T10:20:30.5, 2025-11-05T10:20:30.500Z, false",
    "2025-11-05 10:20, 2025-11-05T10:20:00Z, false",
    "2025-11-05, 2025-11-05T00:00:00Z, false",
    "2025-11-05 10:20:30+00, 2025-11-05T10:20:30Z, true",
    "2025-11-05 10:20:30.25+05:30, 2025-11-05T04:50:30.250Z, true",
    "2025-11-05T10:20:30+0200, 2025-11-05T08:20:30Z, true",
    "2025-11-05T10:20:30Z, 2025-11-05T10:20:30Z, true",
    "1762338030, 2025-11-05T10:20:30Z, true",
    "1762338030123, 2025-11-05T10:20:30.123Z, true"
  })
  void timesAreReadAsDatabasesAndProgramsWriteThem(String text, Instant instant, boolean zoned) {
    var time = replyWith(text).time("created_at").orElseThrow();

    assertThat(time.instant()).isEqualTo(instant);
    assertThat(time.zoned()).isEqualTo(zoned);
  }

  @ParameterizedTest
  @ValueSource(strings = {"infinity", "yesterday", "", "2025-13-01", "0001-01-01 00:00:00"})
  void otherTimeFormatsAreNotRead(String text) {
    assertThat(replyWith(text).time("created_at")).isEmpty();
  }

  @Test
  void numbersAreReadWhateverTheirColumn() {
    assertThat(replyWith("3.0").wholeNumber("id")).contains(3L);
    assertThat(replyWith(" 7 ").id("id")).contains(7L);
    assertThat(replyWith("-7").id("id")).isEmpty();
    assertThat(replyWith("9007194959773696").id("id")).contains(9007194959773696L);
    assertThat(replyWith("9007194959773697").id("id")).isEmpty();
    assertThat(replyWith("3.5").wholeNumber("id")).isEmpty();
    assertThat(replyWith("three").wholeNumber("id")).isEmpty();
    assertThat(replyWith("99999999999999999999").id("id")).isEmpty();
  }

  @Test
  void aMappingHasAllItsQueriesOnce() {
    assertThat(QueryMapping.parse(COMPLETE, "file").sqlOf(LegacyQuery.TEAM))
        .isEqualTo("SELECT 1 AS id");
    assertThat(
            QueryMapping.parse(COMPLETE + "-- name: consume\nUPDATE x SET y = 1;", "file")
                .sqlOf(LegacyQuery.REPLIES))
        .isEqualTo("SELECT 1 AS id");
    assertThatThrownBy(() -> QueryMapping.parse(COMPLETE + COMPLETE, "file"))
        .hasMessageContaining("two queries “creators”");
    assertThatThrownBy(() -> QueryMapping.parse("-- name: people\nSELECT 1", "file"))
        .hasMessageContaining("“people”")
        .hasMessageContaining("creators, team, supporters, requests, replies");
    assertThatThrownBy(() -> QueryMapping.parse(COMPLETE.replace("name: team", "team"), "file"))
        .hasMessageContaining("no query “team”")
        .hasMessageContaining("creator_id, user_id, email");
  }
}

package io.bookbell.server.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** A name is replaced where its person's id stands beside it, and nowhere else. */
class NameEraserTest {
  private static final NameEraser ERASER = new NameEraser(Set.of(7L, 9L), "Removed account");

  @Test
  void aNameBesideTheRemovedUsersIdIsErased() {
    erases(
        "{\"supporter_id\":7,\"supporter_name\":\"Ada\",\"amount\":7}",
        "{\"supporter_id\":7,\"supporter_name\":\"Removed account\",\"amount\":7}");
    erases(
        "{\"book_request\":{\"user_id\":5,\"user_name\":\"Ada\",\"responded_by\":7,"
            + "\"responded_by_name\":\"Ada\",\"replies\":[{\"user_id\":7,\"user_name\":\"Ada\"}]}}",
        "{\"book_request\":{\"user_id\":5,\"user_name\":\"Ada\",\"responded_by\":7,"
            + "\"responded_by_name\":\"Removed account\",\"replies\":"
            + "[{\"user_id\":7,\"user_name\":\"Removed account\"}]}}");
  }

  @Test
  void aNameInTheSentenceOfANotificationIsErased() {
    erases(
        "{\"id\":1,\"supporter_name\":\"Ada\",\"text\":\"Ada asks for “Ada”\","
            + "\"details\":{\"title\":\"Ada\",\"supporter_id\":7,\"supporter_name\":\"Ada\"}}",
        "{\"id\":1,\"supporter_name\":\"Removed account\","
            + "\"text\":\"Removed account asks for “Ada”\","
            + "\"details\":{\"title\":\"Ada\",\"supporter_id\":7,"
            + "\"supporter_name\":\"Removed account\"}}");
  }

  @Test
  void theNameOfThatTimeIsErasedWhateverItWasLater() {
    erases(
        "{\"id\":1,\"supporter_name\":\"A\",\"text\":\"A replied to “A A”\","
            + "\"details\":{\"title\":\"A A\",\"actor_id\":7,\"actor_name\":\"A\"}}",
        "{\"id\":1,\"supporter_name\":\"Removed account\","
            + "\"text\":\"Removed account replied to “A A”\","
            + "\"details\":{\"title\":\"A A\",\"actor_id\":7,"
            + "\"actor_name\":\"Removed account\"}}");
  }

  @Test
  void namesOfSeveralPeopleAreErased() {
    erases(
        "[{\"user_id\":7,\"user_name\":\"Ada\"},{\"user_id\":8,\"user_name\":\"Bo\"},"
            + "{\"user_id\":9,\"user_name\":\"Cleo\"}]",
        "[{\"user_id\":7,\"user_name\":\"Removed account\"},"
            + "{\"user_id\":8,\"user_name\":\"Bo\"},"
            + "{\"user_id\":9,\"user_name\":\"Removed account\"}]");
  }

  @Test
  void namesOfOthersAreKept() {
    keeps("{\"text\":\"Ada asks\",\"details\":{\"title\":\"Ada\",\"count\":7}}");
    keeps("{\"text\":\"Ada asks\",\"details\":{\"count\":7,\"count_name\":\"Ada\"}}");
    keeps("{\"supporter_id\":77,\"supporter_name\":\"Ada\"}");
    keeps("{\"creator_id\":7,\"title\":\"Ada\"}");
    keeps("{\"id\":7,\"name\":\"Ada\"}");
    keeps("{\"supporter_id\":7,\"supporter_name\":\"Removed account\"}");
    keeps("not JSON :7");
  }

  private static void erases(String json, String expected) {
    assertThat(ERASER.eraseIn(json)).contains(expected);
  }

  private static void keeps(String json) {
    assertThat(ERASER.eraseIn(json)).isEmpty();
  }
}

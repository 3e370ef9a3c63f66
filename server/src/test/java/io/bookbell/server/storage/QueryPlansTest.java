package io.bookbell.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.Statements;
import io.bookbell.server.TestServer;
import io.bookbell.server.api.Contract;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.support.StandInPatreon;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Calls every operation of the API, runs the server's background tasks, and then checks the query
 * plan of every statement that was executed.
 */
class QueryPlansTest {
  private static final Contract CONTRACT = new Contract();

  /** Accepted steps of plans, with the reason. */
  private static final Map<String, String> MEANT =
      Map.ofEntries(
          Map.entry("SCAN installation", "it has one row"),
          Map.entry("in SELECT 1 FROM app_user LIMIT 1", "it stops at the first"),
          Map.entry("SCAN sqlite_sequence", "it has a row for each table with generated ids"),
          Map.entry(
              "SCAN tier_announcement", "it has a row for each tier that was changed just now"),
          Map.entry(
              "FROM name_erasure WHERE queued_at < ?",
              "it has a row for each account removed just now"),
          Map.entry("SCAN renamed_supporter", "it has a row for each new name of just now"),
          Map.entry("FROM session WHERE user_id = ? AND", "a person has 100 sessions at most"),
          Map.entry("WHERE t.user_id = ? AND t.creator_id > ?", "it sorts one person's teams"),
          Map.entry("SCAN serving_node", "it has a row for each node"),
          Map.entry("SCAN socket_place", "the operator sees every open socket"),
          Map.entry("SCAN change", "it has the rows that are written"),
          Map.entry("SCAN asked", "it has the keys that are looked up"),
          Map.entry("SCAN page", "it has the rows of a page"),
          Map.entry("ORDER BY news.position", "it sorts the rows that are written"),
          Map.entry(
              "SCAN outbox_item USING COVERING INDEX outbox_item_new",
              "it has the items that no node has seen yet"),
          Map.entry("SCAN outbox_item (Index Only Scan)", "it is that index on PostgreSQL"),
          Map.entry("WHERE kind = 'web_push' LIMIT 1", "it stops at the first"),
          Map.entry("WHERE leased_until > 0", "it runs once, at the start of the only process"),
          Map.entry("SCAN news_service", "it has a row for each kind that is out of order"),
          Map.entry(
              "SELECT t.kind, i.state, count(*) AS amount",
              "its index has only items that aren't sent"),
          Map.entry("AND (l.request_id, l.creator_id) = (", "it sorts the row of a request"),
          Map.entry("node_id IN (SELECT id FROM dead)", "there are few dead nodes, if any"),
          Map.entry(
              "WHERE name_key IS NULL", "its index has only accounts to be brought up to date"),
          Map.entry(
              "FROM membership_source s WHERE s.problem IS NULL",
              "creators have connected few services"),
          Map.entry(
              "FROM membership_source s WHERE (s.problem IS NULL OR",
              "creators have connected few services"),
          Map.entry(
              "WHERE redecide_after IS NOT NULL",
              "its index has only services whose members are to be looked at again"),
          Map.entry("WHERE details IS NULL", "its index has only rows to be brought up to date"),
          Map.entry(
              "FROM request_word w WHERE w.creator_id = ? AND",
              "it sorts no more than what was found"),
          Map.entry(
              "(r.user_id = ?) AND (r.creator_id NOT IN",
              "it sorts what one person has asked for"));

  /** Accepted too: it sorts what one person, who is nobody's admin, has asked for. */
  private static final Pattern OWN_REQUESTS_SORTED =
      Pattern.compile(
          "USE TEMP B-TREE FOR ORDER BY\\s+in WITH page AS \\(SELECT r\\.id .*"
              + " ON responder\\.id = r\\.responded_by WHERE \\(*r\\.user_id = \\?"
              + ".* ORDER BY r\\.updated_at.*");

  @TempDir Path folder;

  private final Statements statements = new Statements();
  private final StandInPatreon patreon = new StandInPatreon();
  private final Set<String> called = new TreeSet<>();

  @AfterEach
  void closePatreon() {
    patreon.close();
  }

  @ParameterizedTest
  @EnumSource
  void noStatementReadsAWholeTableOrSortsWithoutEnd(TestDatabase database) throws Exception {
    StorageConfig storageConfig = database.create(Files.createDirectories(folder.resolve("x")));
    Files.createDirectories(folder.resolve("x/data"));
    var serverConfig = TestServer.config(storageConfig).withPatreon(patreon.config());
    try (var server = TestServer.watched(serverConfig, statements)) {
      callEverything(server);
    }

    var notCalled = new TreeSet<>(CONTRACT.calls());
    notCalled.removeAll(called);
    notCalled.remove("GET /api/book-requests/ws"); // called by the socket
    notCalled.remove("GET /api/messages/stream"); // reads what the socket reads
    notCalled.remove("POST /api/invitations/mail"); // no mail server is set up
    notCalled.remove("GET /api/books/covers/{cover_id}"); // there are no covers without a catalogue
    assertThat(notCalled).as("calls that this test does not know yet").isEmpty();
    assertThat(objections(storageConfig))
        .as("plans to be mended by an index or another query")
        .isEmpty();
  }

  private List<String> objections(StorageConfig storageConfig) {
    var found = new ArrayList<String>();
    statements
        .objections(storageConfig)
        .forEach(
            (form, steps) ->
                steps.stream()
                    .map(step -> step + "\n    in " + form)
                    .filter(each -> MEANT.keySet().stream().noneMatch(each::contains))
                    .filter(each -> !OWN_REQUESTS_SORTED.matcher(each).matches())
                    .forEach(found::add));
    return found;
  }

  private void callEverything(TestServer server) {
    var accounts = new AccountCalls(called, statements);
    accounts.setUp(server);
    Cast cast = server.cast();
    accounts.account(server, cast);
    var creators = new CreatorCalls(called, statements);
    creators.webhooks(server, cast.creator().client());
    creators.requests(cast);
    creators.creator(server, cast);
    creators.team(cast);
    new SourceCalls(called, statements, patreon).sources(server, cast);
    accounts.ownAccount(server, cast); // ends sessions
    accounts.open(server);
    var background = new BackgroundCalls(called, statements);
    background.socket(server);
    background.housekeeping(server);
  }
}

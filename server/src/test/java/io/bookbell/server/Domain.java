package io.bookbell.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.invitation.InvitationService.InvitationTerms;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.TierAnnouncer;
import io.bookbell.server.quota.TierService;
import io.bookbell.server.request.BookRequest;
import io.bookbell.server.request.Decision;
import io.bookbell.server.request.NewRequest;
import io.bookbell.server.request.Status;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.postgres.PostgresDatabase;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sqlite.SqliteDatabase;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.verify.InvariantVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * All services on an empty database, with a clock that only tests advance and a record of
 * everything sent. Several can share a database, like nodes. Thread-safe.
 */
public final class Domain implements AutoCloseable {
  public final Services features;

  /** The messages passed on to connected users, in the order of commits. */
  public final List<Delivery> sent = new CopyOnWriteArrayList<>();

  /** Called before statements are sent. */
  public volatile SqlListener listener = SqlListener.NONE;

  private final StorageConfig storageConfig;
  private final Database database;
  private final boolean owner;
  private volatile Instant now = Instant.parse("2026-05-20T12:00:00Z");

  public Domain(TestDatabase kind, Path folder) {
    this(kind.create(folder));
    write(
        tx -> {
          EpochStore.ensureInstallation(tx);
          return true;
        });
  }

  private Domain(StorageConfig storageConfig) {
    this.storageConfig = storageConfig;
    TimeSource clock = TimeSource.of(() -> now);
    this.database =
        switch (storageConfig) {
          case SqliteConfig(Path data) ->
              new SqliteDatabase(
                  created(data).resolve("bookbell.db"), clock, all -> listener.beforeSend(all));
          case PostgresConfig(String url, String user, String password) ->
              new PostgresDatabase(url, user, password, clock, all -> listener.beforeSend(all));
        };
    this.owner = true;
    this.features = new Services(new Recorder());
  }

  private Domain(Domain beside) {
    this.storageConfig = beside.storageConfig;
    this.database = beside.database;
    this.owner = false;
    this.features = new Services(new Recorder());
  }

  /** Another node on the same database, with its own caches. */
  public Domain node() {
    return new Domain(this);
  }

  /**
   * Like {@link #node}, but with its own connections if the database can be shared by processes.
   * The caller must close it.
   */
  public Domain process() {
    return database.isShared() ? new Domain(storageConfig) : node();
  }

  private static Path created(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Database database() {
    return database;
  }

  public StorageConfig storage() {
    return storageConfig;
  }

  public void setTime(String instant) {
    now = Instant.parse(instant);
  }

  public Instant now() {
    return now;
  }

  public void passes(Duration time) {
    now = now.plus(time);
  }

  /** Runs a command, waits for it, and throws its original exception. */
  public <T> T write(Function<Transaction, T> work) {
    return join(database.write(work));
  }

  public <T> T read(Function<Transaction, T> work) {
    return join(database.read(work));
  }

  private static <T> T join(CompletableFuture<T> stage) {
    try {
      return stage.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  public UserId account(String name) {
    var wanted = new NewAccount(name + "@test.example", name, "no hash");
    return write(tx -> features.accounts.create(tx, wanted, false).id());
  }

  public UserId creator(String name) {
    UserId id = account(name);
    write(
        tx -> {
          features.creators.create(tx, id, name);
          return true;
        });
    return id;
  }

  public long tier(UserId creator, int allowed, Period period) {
    var tierTerms = new TierService.TierTerms("Tier of " + allowed + " " + period, allowed, period);
    return write(tx -> features.tiers.create(tx, creator, creator, tierTerms).id());
  }

  /** Creates a supporter with an allowance that is never renewed. */
  public UserId supporter(UserId creator, String name, int allowed) {
    return join(creator, account(name), tier(creator, allowed, Period.NONE));
  }

  public UserId join(UserId creator, UserId user, long tier) {
    write(
        tx -> {
          features.supporters.addSupporter(
              tx, features.creators.lockCreator(tx, creator), user, tier);
          return true;
        });
    return user;
  }

  public UserId teamMember(UserId creator, String name) {
    UserId id = account(name);
    write(
        tx -> features.team.addMember(tx, creator, features.creators.lockCreator(tx, creator), id));
    return id;
  }

  /** Creates a link by which nine people may join a tier. Returns its token. */
  public String invite(UserId creator, long tier) {
    return write(
        tx -> {
          Instant end = tx.now().plus(Duration.ofDays(9));
          var terms = new InvitationTerms(creator, "supporter", tier, 9, end);
          return features.invitations.create(tx, creator, terms).token();
        });
  }

  public BookRequest ask(UserId supporter, UserId creator, String title) {
    var wanted = new NewRequest(creator, title, "Somebody", null, null, null);
    return write(tx -> features.requests.create(tx, supporter, wanted));
  }

  public BookRequest answer(UserId admin, long request, Status status) {
    return write(
        tx ->
            features.requests.respondToRequest(tx, admin, request, new Decision(status, "a word")));
  }

  public int used(UserId creator, UserId user) {
    return read(tx -> features.quotas.findQuota(tx, creator, user).orElseThrow().used());
  }

  public int pending(UserId creator) {
    return read(tx -> features.creators.get(tx, creator).pendingCount());
  }

  /** Returns a new announcer of changed tiers, as a node creates one when it starts. */
  public TierAnnouncer tierAnnouncer() {
    return new TierAnnouncer(database, features.creators, features.quotas, features.inbox);
  }

  public List<InvariantVerifier.InvariantViolation> breaches() {
    return InvariantVerifier.verifyInvariants(database).join().breaches();
  }

  /** The types of the messages in a user's inbox, oldest first. */
  public List<String> inboxTypes(UserId user) {
    return read(tx -> features.inbox.readAfter(tx, user, 0, 10_000)).stream()
        .map(numberedMessage -> new String(numberedMessage.message().json(), UTF_8))
        .map(json -> json.replaceFirst("^\\{\"type\":\"([a-z_]+)\".*$", "$1"))
        .toList();
  }

  /** The user's newest sequence number. */
  public long head(UserId user) {
    return read(tx -> features.inbox.readBounds(tx, user).seq());
  }

  @Override
  public void close() {
    if (owner) {
      database.close();
    }
  }

  private final class Recorder implements Services.ClientNotifier {
    @Override
    public void publishChange(List<Delivery> change) {
      sent.addAll(change);
    }

    @Override
    public void broadcastMessage(Message message, Set<UserId> users) {
      sent.add(Delivery.unnumbered(message, users));
    }

    @Override
    public void closeSession(UserId user, String session) {}
  }
}

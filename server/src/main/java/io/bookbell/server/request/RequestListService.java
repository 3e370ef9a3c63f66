package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Lists and counts requests, and finds the other admins of a request. Thread-safe. */
public final class RequestListService {
  private final RequestStore store = new RequestStore();
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;

  public RequestListService(CreatorStore creatorStore, CreatorRoles creatorRoles) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
  }

  /** The parameters of a list. */
  public record RequestListQuery(Optional<UserId> creator, RequestFilter filter, int limit) {}

  /**
   * Returns a page of requests: of one creator, all for its admins and their own for its
   * supporters; without a creator, everything the user may see.
   *
   * @throws Problem 404 for users without a role with this creator
   */
  public ListPage<BookRequest> list(
      Transaction tx, UserId user, RequestListQuery requestListQuery) {
    int limit = requestListQuery.limit();
    List<BookRequest> found =
        requestListQuery
            .creator()
            .map(creator -> listByCreator(tx, user, creator, requestListQuery.filter(), limit + 1))
            .orElseGet(
                () ->
                    store.findVisible(
                        tx,
                        user,
                        creatorRoles.administeredCreators(tx, user),
                        requestListQuery.filter(),
                        limit + 1));
    return ListPage.ofCursors(found, limit, requestListQuery.filter().sort()::cursorOf);
  }

  private List<BookRequest> listByCreator(
      Transaction tx, UserId user, UserId creatorId, RequestFilter requestFilter, int limit) {
    Supplier<CreatorRow> creator = creatorStore.getLater(tx, creatorId);
    Supplier<Boolean> isSupporter = creatorRoles.isSupporterLater(tx, creatorId, user);
    boolean expected = creatorRoles.wasAdmin(creatorId, user);
    var found = findLater(tx, creatorId, user, expected, requestFilter, limit);
    boolean admin = creatorRoles.isAdmin(tx, creator.get(), user);
    if (!admin && !isSupporter.get()) {
      throw Problem.notFound();
    }
    return admin == expected
        ? found.get()
        : findLater(tx, creatorId, user, admin, requestFilter, limit).get();
  }

  private Supplier<List<BookRequest>> findLater(
      Transaction tx,
      UserId creator,
      UserId user,
      boolean admin,
      RequestFilter requestFilter,
      int limit) {
    return admin
        ? store.findByCreatorLater(tx, creator, requestFilter, limit)
        : store.findBySupporterLater(tx, creator, user, requestFilter, limit);
  }

  /**
   * Returns one chunk of a creator's requests for the CSV export; for admins.
   *
   * @throws Problem as {@link CreatorRoles#requireAdmin}
   */
  List<BookRequest> listForExport(
      Transaction tx, UserId admin, UserId creator, RequestFilter requestFilter, int limit) {
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creator), admin);
    return store.findByCreatorLater(tx, creator, requestFilter, limit).get();
  }

  /** The number of requests in each status. */
  public record StatusCounts(
      int pending, int approved, int rejected, int completed, int cancelled) {
    static StatusCounts of(Map<Status, Integer> counts) {
      return new StatusCounts(
          counts.getOrDefault(Status.PENDING, 0),
          counts.getOrDefault(Status.APPROVED, 0),
          counts.getOrDefault(Status.REJECTED, 0),
          counts.getOrDefault(Status.COMPLETED, 0),
          counts.getOrDefault(Status.CANCELLED, 0));
    }
  }

  /**
   * Counts a creator's requests by status; for admins.
   *
   * @throws Problem as {@link CreatorRoles#requireAdmin}
   */
  public StatusCounts countByStatus(Transaction tx, UserId admin, UserId creator) {
    var counts = store.countByStatusLater(tx, creator);
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creator), admin);
    return StatusCounts.of(counts.get());
  }

  /**
   * The other admins who may answer a request.
   *
   * @param name of the admin
   * @param others without that admin
   */
  public record Colleagues(UserId creator, String name, Set<UserId> others) {}

  /**
   * Finds the other admins of a request; empty if the user isn't an admin of an existing request's
   * creator.
   */
  public Optional<Colleagues> findColleagues(Transaction tx, UserId admin, long request) {
    return store
        .findCreatorId(tx, request)
        .flatMap(creator -> creatorStore.find(tx, creator))
        .filter(creator -> creatorRoles.isAdmin(tx, creator, admin))
        .map(
            creator -> {
              var others = new HashSet<>(creatorRoles.adminsOf(tx, creator));
              others.remove(admin);
              return new Colleagues(
                  creator.id(), RequestPeople.findNameLater(tx, admin).get(), others);
            });
  }
}

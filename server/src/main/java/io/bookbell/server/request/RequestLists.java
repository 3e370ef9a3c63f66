package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Page;
import io.bookbell.server.web.Problem;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Requests in lists, counted, and who else looks after one. Thread-safe. */
public final class RequestLists {
  private final RequestStore store = new RequestStore();
  private final Creators creators;
  private final Roles roles;

  public RequestLists(Creators creators, Roles roles) {
    this.creators = creators;
    this.roles = roles;
  }

  /** Which requests to list. */
  public record Query(Optional<UserId> creator, Filter filter, int limit) {}

  /**
   * Of one creator, all for its admins and their own for its supporters; without a creator,
   * everything the user may see.
   *
   * @throws Problem 404 for a creator the user may not see
   */
  public Page<BookRequest> list(Transaction tx, UserId user, Query query) {
    int limit = query.limit();
    List<BookRequest> found =
        query
            .creator()
            .map(creator -> ofCreator(tx, user, creator, query.filter(), limit + 1))
            .orElseGet(
                () -> store.visible(tx, user, roles.adminOf(tx, user), query.filter(), limit + 1));
    return Page.marked(found, limit, query.filter().sort()::mark);
  }

  private List<BookRequest> ofCreator(
      Transaction tx, UserId user, UserId creatorId, Filter filter, int limit) {
    CreatorRow creator = creators.get(tx, creatorId);
    roles.requireMember(tx, creator, user);
    return roles.isAdmin(tx, creator, user)
        ? store.ofCreator(tx, creatorId, filter, limit)
        : store.ofSupporter(tx, creatorId, user, filter, limit);
  }

  /**
   * Some of a creator's requests for an admin, to be written to a file.
   *
   * @throws Problem as {@link Roles#requireAdmin}
   */
  List<BookRequest> export(Transaction tx, UserId admin, UserId creator, Filter filter, int limit) {
    roles.requireAdmin(tx, creators.get(tx, creator), admin);
    return store.ofCreator(tx, creator, filter, limit);
  }

  /** How many requests stand where. */
  public record Counts(int pending, int approved, int rejected, int completed, int cancelled) {
    static Counts of(Map<Status, Integer> counts) {
      return new Counts(
          counts.getOrDefault(Status.PENDING, 0),
          counts.getOrDefault(Status.APPROVED, 0),
          counts.getOrDefault(Status.REJECTED, 0),
          counts.getOrDefault(Status.COMPLETED, 0),
          counts.getOrDefault(Status.CANCELLED, 0));
    }
  }

  /**
   * Counts a creator's requests for an admin.
   *
   * @throws Problem as {@link Roles#requireAdmin}
   */
  public Counts counts(Transaction tx, UserId admin, UserId creator) {
    roles.requireAdmin(tx, creators.get(tx, creator), admin);
    return Counts.of(store.counts(tx, creator));
  }

  /**
   * Those who may answer a request together with an admin.
   *
   * @param name of the admin
   * @param others without the admin
   */
  public record Colleagues(UserId creator, String name, Set<UserId> others) {}

  /** Empty where the user does not answer such a request. */
  public Optional<Colleagues> colleagues(Transaction tx, UserId admin, long request) {
    return store
        .creatorOf(tx, request)
        .flatMap(creator -> creators.find(tx, creator))
        .filter(creator -> roles.isAdmin(tx, creator, admin))
        .map(
            creator -> {
              var others = new HashSet<>(roles.admins(tx, creator));
              others.remove(admin);
              return new Colleagues(creator.id(), store.nameOf(tx, admin), others);
            });
  }
}

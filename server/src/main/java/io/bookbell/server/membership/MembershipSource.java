package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import java.util.List;
import java.util.Optional;

/**
 * A service that lists a creator's members. Its methods call the service and block; they're called
 * on virtual threads, by one thread at a time for each creator, over all nodes. They fail with a
 * {@link SourceException}.
 */
public interface MembershipSource {
  /** The name in the database, the API and the ledger, such as {@code patreon}. */
  String name();

  List<ExternalTier> readTiers(UserId creator);

  /**
   * Reads a page of members.
   *
   * @param cursor of the page; empty for the first one
   */
  MemberPage readMembers(UserId creator, Optional<String> cursor);

  /**
   * Reads the member whom an event named.
   *
   * @return empty if the service doesn't have the member any more
   */
  Optional<ExternalMember> readMember(UserId creator, String memberKey);

  /**
   * The {@link ExternalMember#id} of the person whom an event named; empty if the event doesn't
   * say. Doesn't call the service.
   */
  Optional<String> findPerson(String memberKey);

  /**
   * A page of members.
   *
   * @param next the cursor of the next page; empty after the last one
   */
  record MemberPage(List<ExternalMember> members, Optional<String> next) {}
}

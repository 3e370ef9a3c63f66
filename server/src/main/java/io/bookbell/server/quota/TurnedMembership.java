package io.bookbell.server.quota;

/**
 * A locked membership, brought to the current period.
 *
 * @param stored the row as it was before
 * @param moved whether its period or what counts in it is another than in the stored row
 */
record TurnedMembership(MembershipRow stored, Membership membership, boolean moved) {

  /** Whether more requests are left now than before, which is news for the supporter. */
  boolean hasMoreLeft() {
    Integer left = membership.toQuota().remaining();
    Integer before = stored.row().at(membership.at(), null).toQuota().remaining();
    return left != null && before != null && left > before;
  }

  /** Whether the membership has ended, so that its quota is nobody's. */
  boolean ended() {
    return stored.ended();
  }
}

package io.bookbell.server.membership;

/**
 * What a source has changed.
 *
 * @param added new supporters
 * @param changed supporters who were moved to another tier
 * @param ended supporters whose membership has ended
 * @param unknown members with a tier and without an account here
 */
public record SyncCounts(int added, int changed, int ended, int unknown) {
  public static final SyncCounts NONE = new SyncCounts(0, 0, 0, 0);
  static final SyncCounts ADDED = new SyncCounts(1, 0, 0, 0);
  static final SyncCounts CHANGED = new SyncCounts(0, 1, 0, 0);
  static final SyncCounts ENDED = new SyncCounts(0, 0, 1, 0);

  SyncCounts plus(SyncCounts other) {
    return new SyncCounts(
        added + other.added, changed + other.changed, ended + other.ended, unknown + other.unknown);
  }

  SyncCounts withUnknown(int amount) {
    return new SyncCounts(added, changed, ended, amount);
  }
}

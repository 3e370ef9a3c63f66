package io.bookbell.hub;

/** How a new connection's delivery starts. Immutable. */
public sealed interface HistoryStart {
  /**
   * The client starts from a snapshot.
   *
   * @param position of the last message that the snapshot includes
   * @param first the first frame, sent as it is
   */
  record SnapshotStart(Position position, Message first) implements HistoryStart {
    /** A start in a history that has only one epoch. */
    public SnapshotStart(long seq, Message first) {
      this(Position.of(seq), first);
    }
  }

  /**
   * The client resumes: everything after its position is replayed, then the states follow.
   *
   * @param position to replay from: the client's, with the current epoch
   * @param first the first frame, sent as it is
   */
  record ResumedStart(Position position, Message first) implements HistoryStart {
    /** A start in a history that has only one epoch. */
    public ResumedStart(long seq, Message first) {
      this(Position.of(seq), first);
    }
  }

  /** The client is refused, and the connection closes with this reason. */
  record RefusedStart(CloseReason reason) implements HistoryStart {}
}

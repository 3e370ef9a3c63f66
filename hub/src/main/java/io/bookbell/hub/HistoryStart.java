package io.bookbell.hub;

/** How a new connection's delivery starts. Immutable. */
public sealed interface HistoryStart {
  /**
   * The client starts from a snapshot.
   *
   * @param seq the sequence number of the last message that the snapshot includes
   * @param first the first frame, sent as it is
   */
  record SnapshotStart(long seq, Message first) implements HistoryStart {}

  /**
   * The client resumes: everything after its position is replayed, then the states follow.
   *
   * @param seq the position to replay from, as given by the client
   * @param first the first frame, sent as it is
   */
  record ResumedStart(long seq, Message first) implements HistoryStart {}

  /** The client is refused, and the connection closes with this reason. */
  record RefusedStart(CloseReason reason) implements HistoryStart {}
}

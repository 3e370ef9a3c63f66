package io.bookbell.hub;

/** How a history answers a connection that opens it. Immutable. */
public sealed interface HistoryStart {
  /**
   * The client starts afresh from the present.
   *
   * @param seq the number of the last message that the snapshot already holds
   * @param first the first frame, sent as it is
   */
  record SnapshotStart(long seq, Message first) implements HistoryStart {}

  /**
   * The client goes on from where it was: everything after that is read and sent, then the states.
   *
   * @param seq the position to replay from, the one that the client gave
   * @param first the first frame, sent as it is
   */
  record ResumedStart(long seq, Message first) implements HistoryStart {}

  /** The client is not let in; the connection closes with this reason. */
  record RefusedStart(CloseReason reason) implements HistoryStart {}
}

package io.bookbell.hub.iouring;

import static io.bookbell.hub.iouring.IoUringLayouts.parameter;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.bookbell.hub.BatchSender;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Sends to many sockets with one system call, through Linux's io_uring. Created and used by one
 * thread; any thread may close it after that one has stopped using it.
 *
 * <p>Sends never wait: one that its socket can't take at once fails with {@code EAGAIN}. So all of
 * them are complete when {@link #sendAll} returns, and their bytes may be reused.
 */
final class IoUringSender implements BatchSender {
  private static final long SUBMISSION_BYTES = IoUringLayouts.SUBMISSION.byteSize();
  private static final long COMPLETION_BYTES = IoUringLayouts.COMPLETION.byteSize();

  /** {@code IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN}, available since Linux 6.1. */
  private static final int SETUP_FLAGS = 1 << 12 | 1 << 13;

  /** {@code IORING_FEAT_SINGLE_MMAP}. */
  private static final int FEATURE_SINGLE_MMAP = 1;

  /** {@code IORING_ENTER_GETEVENTS}. */
  private static final int ENTER_GETEVENTS = 1;

  /** {@code IORING_OFF_SQ_RING}: where both rings are mapped from. */
  private static final long RINGS = 0;

  /** {@code IORING_OFF_SQES}: where the submissions are mapped from. */
  private static final long SUBMISSIONS = 0x10000000;

  /** {@code IORING_OP_SEND}. */
  private static final byte OP_SEND = 26;

  /** {@code MSG_DONTWAIT | MSG_NOSIGNAL}. */
  private static final int SEND_FLAGS = 0x40 | 0x4000;

  private static final VarHandle INT = JAVA_INT.varHandle();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment failure = arena.allocate(LinuxSyscalls.FAILURE);
  private final int ring;
  private final MemorySegment rings;
  private final MemorySegment submissions;
  private final long submissionTail;
  private final int submissionMask;
  private final long completionHead;
  private final long completionTail;
  private final int completionMask;
  private final long completions;
  private int tail;

  /**
   * Creates a ring.
   *
   * @param capacity the largest number of sends in one call
   * @throws IOException if the kernel doesn't support io_uring or doesn't permit it to this process
   */
  IoUringSender(int capacity) throws IOException {
    MemorySegment parameters = arena.allocate(IoUringLayouts.PARAMETERS);
    parameters.set(
        JAVA_INT, IoUringLayouts.offsetOf(IoUringLayouts.PARAMETERS, "flags"), SETUP_FLAGS);
    int made = -1;
    try {
      made = LinuxSyscalls.ioUringSetup(capacity, parameters, failure);
      if ((parameter(parameters, "features") & FEATURE_SINGLE_MMAP) == 0) {
        throw new IOException("io_uring is older than Linux 5.4");
      }
      ring = made;
      completions = parameter(parameters, "cq_off", "cqes");
      rings = LinuxSyscalls.mapMemory(made, RINGS, ringsSize(parameters), failure);
      submissions =
          LinuxSyscalls.mapMemory(
              made, SUBMISSIONS, parameter(parameters, "sq_entries") * SUBMISSION_BYTES, failure);
      submissionTail = parameter(parameters, "sq_off", "tail");
      submissionMask = rings.get(JAVA_INT, parameter(parameters, "sq_off", "ring_mask"));
      completionHead = parameter(parameters, "cq_off", "head");
      completionTail = parameter(parameters, "cq_off", "tail");
      completionMask = rings.get(JAVA_INT, parameter(parameters, "cq_off", "ring_mask"));
      fillSubmissionArray(parameters);
    } catch (IOException e) {
      if (made >= 0) {
        LinuxSyscalls.closeDescriptor(made, failure); // its mappings last as long as the process
      }
      arena.close();
      throw e;
    }
  }

  /** The size of the mapping that holds both rings: up to the end of the one that ends last. */
  private static long ringsSize(MemorySegment parameters) {
    long submissionArray = (long) parameter(parameters, "sq_entries") * Integer.BYTES;
    return Math.max(
        parameter(parameters, "sq_off", "array") + submissionArray,
        parameter(parameters, "cq_off", "cqes")
            + parameter(parameters, "cq_entries") * COMPLETION_BYTES);
  }

  /** The submission ring holds indexes of submissions: always the same, one after the other. */
  private void fillSubmissionArray(MemorySegment parameters) {
    long array = parameter(parameters, "sq_off", "array");
    for (int place = 0; place < parameter(parameters, "sq_entries"); place++) {
      rings.set(JAVA_INT, array + (long) place * Integer.BYTES, place);
    }
  }

  @Override
  public void sendAll(int count, int[] sockets, long address, int[] ends, int[] sent)
      throws IOException {
    Arrays.fill(sent, 0, count, 0);
    int start = 0;
    for (int place = 0; place < count; place++) {
      writeSubmission(place, sockets[place], address + start, ends[place] - start);
      start = ends[place];
    }
    tail += count;
    INT.setRelease(rings, submissionTail, tail);
    int submitted = 0;
    int complete = 0;
    while (complete < count) {
      int taken =
          LinuxSyscalls.ioUringEnter(
              ring, count - submitted, count - complete, ENTER_GETEVENTS, failure);
      if (taken < 0 && !isTransientError(-taken)) {
        throw new IOException("io_uring_enter failed with errno " + -taken);
      }
      submitted += Math.max(0, taken);
      complete += reapCompletions(sent);
    }
  }

  /** Writes a send into the next submission but this many. Fields that aren't set stay 0. */
  private void writeSubmission(int place, int socket, long address, int length) {
    long at = ((tail + place) & submissionMask) * SUBMISSION_BYTES;
    submissions.set(JAVA_BYTE, at + IoUringLayouts.SUBMISSION_OPCODE, OP_SEND);
    submissions.set(JAVA_INT, at + IoUringLayouts.SUBMISSION_FD, socket);
    submissions.set(JAVA_LONG, at + IoUringLayouts.SUBMISSION_ADDR, address);
    submissions.set(JAVA_INT, at + IoUringLayouts.SUBMISSION_LEN, length);
    submissions.set(JAVA_INT, at + IoUringLayouts.SUBMISSION_MSG_FLAGS, SEND_FLAGS);
    submissions.set(JAVA_LONG, at + IoUringLayouts.SUBMISSION_USER_DATA, place);
  }

  private static boolean isTransientError(int errno) {
    return errno == LinuxSyscalls.EINTR
        || errno == LinuxSyscalls.EAGAIN
        || errno == LinuxSyscalls.EBUSY;
  }

  /**
   * Notes how many bytes each complete send has sent; a failed one, whose result is negative, 0.
   */
  private int reapCompletions(int[] sent) {
    int head = rings.get(JAVA_INT, completionHead);
    int end = (int) INT.getAcquire(rings, completionTail);
    int collected = end - head;
    for (; head != end; head++) {
      long at = completions + (head & completionMask) * COMPLETION_BYTES;
      int place = (int) rings.get(JAVA_LONG, at + IoUringLayouts.COMPLETION_USER_DATA);
      sent[place] = Math.max(0, rings.get(JAVA_INT, at + IoUringLayouts.COMPLETION_RES));
    }
    INT.setRelease(rings, completionHead, end);
    return collected;
  }

  @Override
  public void close() {
    LinuxSyscalls.unmapMemory(rings, failure);
    LinuxSyscalls.unmapMemory(submissions, failure);
    LinuxSyscalls.closeDescriptor(ring, failure);
    arena.close();
  }
}

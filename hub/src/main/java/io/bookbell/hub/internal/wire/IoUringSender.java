package io.bookbell.hub.internal.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
 * them are complete when {@link #submit} returns, and their bytes may be reused.
 *
 * <p>Offsets and sizes are those of the structs in {@code linux/io_uring.h}.
 */
final class IoUringSender implements AutoCloseable {
  /** The largest number of sends in one call. */
  static final int CAPACITY = 256;

  private static final int PARAMETERS_BYTES = 120;
  private static final int ENTRY_BYTES = 64;
  private static final int COMPLETION_BYTES = 16;

  /** {@code IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN}, available since Linux 6.1. */
  private static final int SETUP_FLAGS = 1 << 12 | 1 << 13;

  private static final int FEATURE_SINGLE_MMAP = 1;
  private static final int ENTER_GETEVENTS = 1;
  private static final long RINGS = 0;
  private static final long ENTRIES = 0x10000000;

  private static final int OP_SEND = 26;

  /** {@code MSG_DONTWAIT | MSG_NOSIGNAL}. */
  private static final int SEND_FLAGS = 0x40 | 0x4000;

  private static final VarHandle INT = JAVA_INT.varHandle();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment failure = arena.allocate(LinuxSyscalls.FAILURE);
  private final int ring;
  private final MemorySegment rings;
  private final MemorySegment entries;
  private final long submissionTail;
  private final int submissionMask;
  private final long completionHead;
  private final long completionTail;
  private final int completionMask;
  private final long completions;
  private final int[] results = new int[CAPACITY];
  private int tail;
  private int waiting;

  /**
   * Creates a ring.
   *
   * @throws IOException if the kernel doesn't support io_uring or doesn't permit it to this process
   */
  IoUringSender() throws IOException {
    MemorySegment parameters = arena.allocate(PARAMETERS_BYTES, Long.BYTES);
    parameters.set(JAVA_INT, 8, SETUP_FLAGS);
    int made = -1;
    try {
      made = LinuxSyscalls.ioUringSetup(CAPACITY, parameters, failure);
      if ((parameters.get(JAVA_INT, 20) & FEATURE_SINGLE_MMAP) == 0) {
        throw new IOException("io_uring is older than Linux 5.4");
      }
      long submissions = parameters.get(JAVA_INT, 64);
      completions = parameters.get(JAVA_INT, 100);
      int allEntries = parameters.get(JAVA_INT, 0);
      long size =
          Math.max(
              submissions + (long) allEntries * Integer.BYTES,
              completions + (long) parameters.get(JAVA_INT, 4) * COMPLETION_BYTES);
      rings = LinuxSyscalls.mapMemory(made, RINGS, size, failure);
      entries = LinuxSyscalls.mapMemory(made, ENTRIES, (long) allEntries * ENTRY_BYTES, failure);
      ring = made;
      submissionTail = parameters.get(JAVA_INT, 44);
      submissionMask = rings.get(JAVA_INT, parameters.get(JAVA_INT, 48));
      completionHead = parameters.get(JAVA_INT, 80);
      completionTail = parameters.get(JAVA_INT, 84);
      completionMask = rings.get(JAVA_INT, parameters.get(JAVA_INT, 88));
      for (int place = 0; place < allEntries; place++) {
        rings.set(JAVA_INT, submissions + (long) place * Integer.BYTES, place);
      }
    } catch (IOException e) {
      if (made >= 0) {
        LinuxSyscalls.closeDescriptor(made, failure); // its mappings last as long as the process
      }
      arena.close();
      throw e;
    }
  }

  /**
   * Adds a send to the next batch of at most {@link #CAPACITY}. The bytes must not change until
   * {@link #submit} has returned.
   */
  void addSend(int socket, long address, int length) {
    long entry = (long) ((tail + waiting) & submissionMask) * ENTRY_BYTES;
    entries.set(JAVA_INT, entry, OP_SEND);
    entries.set(JAVA_INT, entry + 4, socket);
    entries.set(JAVA_LONG, entry + 16, address);
    entries.set(JAVA_INT, entry + 24, length);
    entries.set(JAVA_INT, entry + 28, SEND_FLAGS);
    entries.set(JAVA_LONG, entry + 32, waiting);
    waiting++; // the other fields of the entry stay 0
  }

  /**
   * Submits all added sends and waits until they are complete.
   *
   * @throws IOException if the ring is broken; sends whose {@link #resultAt} is 0 weren't sent
   */
  void submit() throws IOException {
    int count = waiting;
    waiting = 0;
    Arrays.fill(results, 0, count, 0);
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
      complete += reapCompletions();
    }
  }

  private static boolean isTransientError(int errno) {
    return errno == LinuxSyscalls.EINTR
        || errno == LinuxSyscalls.EAGAIN
        || errno == LinuxSyscalls.EBUSY;
  }

  private int reapCompletions() {
    int head = rings.get(JAVA_INT, completionHead);
    int end = (int) INT.getAcquire(rings, completionTail);
    int collected = end - head;
    for (; head != end; head++) {
      long completion = completions + (long) (head & completionMask) * COMPLETION_BYTES;
      results[(int) rings.get(JAVA_LONG, completion)] = rings.get(JAVA_INT, completion + 8);
    }
    INT.setRelease(rings, completionHead, end);
    return collected;
  }

  /** The number of bytes sent by the send with this index, or {@code -errno}. */
  int resultAt(int index) {
    return results[index];
  }

  @Override
  public void close() {
    LinuxSyscalls.unmapMemory(rings, failure);
    LinuxSyscalls.unmapMemory(entries, failure);
    LinuxSyscalls.closeDescriptor(ring, failure);
    arena.close();
  }
}

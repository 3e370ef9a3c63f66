package io.bookbell.hub.iouring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.Arrays;

/**
 * The structs of {@code linux/io_uring.h}, with the names that their fields have there. Stateless.
 */
final class IoUringLayouts {
  private static final StructLayout SUBMISSION_RING_OFFSETS =
      MemoryLayout.structLayout(
          JAVA_INT.withName("head"),
          JAVA_INT.withName("tail"),
          JAVA_INT.withName("ring_mask"),
          JAVA_INT.withName("ring_entries"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("dropped"),
          JAVA_INT.withName("array"),
          JAVA_INT.withName("resv1"),
          JAVA_LONG.withName("user_addr"));

  private static final StructLayout COMPLETION_RING_OFFSETS =
      MemoryLayout.structLayout(
          JAVA_INT.withName("head"),
          JAVA_INT.withName("tail"),
          JAVA_INT.withName("ring_mask"),
          JAVA_INT.withName("ring_entries"),
          JAVA_INT.withName("overflow"),
          JAVA_INT.withName("cqes"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("resv1"),
          JAVA_LONG.withName("user_addr"));

  /** {@code struct io_uring_params}. */
  static final StructLayout PARAMETERS =
      MemoryLayout.structLayout(
          JAVA_INT.withName("sq_entries"),
          JAVA_INT.withName("cq_entries"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("sq_thread_cpu"),
          JAVA_INT.withName("sq_thread_idle"),
          JAVA_INT.withName("features"),
          JAVA_INT.withName("wq_fd"),
          MemoryLayout.sequenceLayout(3, JAVA_INT).withName("resv"),
          SUBMISSION_RING_OFFSETS.withName("sq_off"),
          COMPLETION_RING_OFFSETS.withName("cq_off"));

  /** {@code struct io_uring_sqe}, with the members of its unions that a send uses. */
  static final StructLayout SUBMISSION =
      MemoryLayout.structLayout(
          JAVA_BYTE.withName("opcode"),
          JAVA_BYTE.withName("flags"),
          JAVA_SHORT.withName("ioprio"),
          JAVA_INT.withName("fd"),
          JAVA_LONG.withName("off"),
          JAVA_LONG.withName("addr"),
          JAVA_INT.withName("len"),
          JAVA_INT.withName("msg_flags"),
          JAVA_LONG.withName("user_data"),
          JAVA_SHORT.withName("buf_index"),
          JAVA_SHORT.withName("personality"),
          JAVA_INT.withName("splice_fd_in"),
          JAVA_LONG.withName("addr3"),
          JAVA_LONG.withName("pad2"));

  /** {@code struct io_uring_cqe}. */
  static final StructLayout COMPLETION =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("user_data"), JAVA_INT.withName("res"), JAVA_INT.withName("flags"));

  static final long SUBMISSION_OPCODE = offsetOf(SUBMISSION, "opcode");
  static final long SUBMISSION_FD = offsetOf(SUBMISSION, "fd");
  static final long SUBMISSION_ADDR = offsetOf(SUBMISSION, "addr");
  static final long SUBMISSION_LEN = offsetOf(SUBMISSION, "len");
  static final long SUBMISSION_MSG_FLAGS = offsetOf(SUBMISSION, "msg_flags");
  static final long SUBMISSION_USER_DATA = offsetOf(SUBMISSION, "user_data");
  static final long COMPLETION_USER_DATA = offsetOf(COMPLETION, "user_data");
  static final long COMPLETION_RES = offsetOf(COMPLETION, "res");

  private IoUringLayouts() {}

  /** Reads a field of {@link #PARAMETERS}, given by the path of its names. */
  static int parameter(MemorySegment parameters, String... path) {
    return parameters.get(JAVA_INT, offsetOf(PARAMETERS, path));
  }

  /** The offset of a field in bytes, given by the path of its names. */
  static long offsetOf(StructLayout struct, String... path) {
    return struct.byteOffset(
        Arrays.stream(path).map(PathElement::groupElement).toArray(PathElement[]::new));
  }
}

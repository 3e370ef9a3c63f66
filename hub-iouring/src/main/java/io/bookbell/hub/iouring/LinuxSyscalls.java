package io.bookbell.hub.iouring;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Set;

/**
 * The Linux system calls that {@link IoUringSender} needs and Java doesn't offer. Those of io_uring
 * go through {@code syscall(2)}, since the C library doesn't wrap them; their numbers are the same
 * on all 64-bit machines. Stateless.
 */
@SuppressWarnings("restricted") // the function descriptors below match the C declarations
final class LinuxSyscalls {
  /** The layout of the segment in which a failed call leaves {@code errno}. */
  static final StructLayout FAILURE = Linker.Option.captureStateLayout();

  static final int EINTR = 4;
  static final int EAGAIN = 11;
  static final int EBUSY = 16;

  private static final Set<String> MACHINES = Set.of("amd64", "aarch64");
  private static final long IO_URING_SETUP = 425;
  private static final long IO_URING_ENTER = 426;
  private static final int READ_AND_WRITE = 0x1 | 0x2;
  private static final int SHARED_AND_POPULATED = 0x1 | 0x8000;

  private static final VarHandle ERRNO =
      FAILURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle SYSCALL =
      downcallHandle(
          "syscall",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle MMAP =
      downcallHandle(
          "mmap",
          FunctionDescriptor.of(
              ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      downcallHandle("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle CLOSE =
      downcallHandle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private LinuxSyscalls() {}

  /** Whether the constants here apply to this operating system and architecture. */
  static boolean isSupported() {
    return System.getProperty("os.name").equals("Linux")
        && MACHINES.contains(System.getProperty("os.arch"));
  }

  /**
   * Creates a ring.
   *
   * @param parameters {@code struct io_uring_params}, filled in by the kernel
   * @return its file descriptor
   */
  static int ioUringSetup(int entries, MemorySegment parameters, MemorySegment failure)
      throws IOException {
    return (int)
        requireSuccess(
            "io_uring_setup",
            invokeSyscall(failure, IO_URING_SETUP, entries, parameters.address(), 0, 0),
            failure);
  }

  /**
   * Submits entries of a ring and waits until this many are complete.
   *
   * @return the number of entries taken, or {@code -errno}
   */
  static int ioUringEnter(int ring, int submit, int complete, int flags, MemorySegment failure) {
    long taken = invokeSyscall(failure, IO_URING_ENTER, ring, submit, complete, flags);
    return taken < 0 ? -readErrno(failure) : (int) taken;
  }

  /** Maps a part of a ring until {@link #unmapMemory}. */
  static MemorySegment mapMemory(int ring, long offset, long size, MemorySegment failure)
      throws IOException {
    try {
      var mapped =
          (MemorySegment)
              MMAP.invokeExact(
                  failure,
                  MemorySegment.NULL,
                  size,
                  READ_AND_WRITE,
                  SHARED_AND_POPULATED,
                  ring,
                  offset);
      requireSuccess("mmap", mapped.address() == -1 ? -1 : 0, failure);
      return mapped.reinterpret(size);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static void unmapMemory(MemorySegment mapped, MemorySegment failure) {
    try {
      int _ = (int) MUNMAP.invokeExact(failure, mapped, mapped.byteSize());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static void closeDescriptor(int descriptor, MemorySegment failure) {
    try {
      int _ = (int) CLOSE.invokeExact(failure, descriptor);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static long invokeSyscall(
      MemorySegment failure, long number, long first, long second, long third, long fourth) {
    try {
      return (long) SYSCALL.invokeExact(failure, number, first, second, third, fourth, 0L, 0L);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static long requireSuccess(String call, long result, MemorySegment failure)
      throws IOException {
    if (result < 0) {
      throw new IOException(call + " failed with errno " + readErrno(failure));
    }
    return result;
  }

  private static int readErrno(MemorySegment failure) {
    return (int) ERRNO.get(failure, 0L);
  }

  private static MethodHandle downcallHandle(
      String name, FunctionDescriptor type, Linker.Option... options) {
    var all = new Linker.Option[options.length + 1];
    System.arraycopy(options, 0, all, 1, options.length);
    all[0] = Linker.Option.captureCallState("errno");
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, all);
  }
}

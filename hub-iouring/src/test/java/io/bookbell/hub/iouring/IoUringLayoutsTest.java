package io.bookbell.hub.iouring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** The structs have the sizes and offsets of the kernel's headers. */
class IoUringLayoutsTest {
  @Test
  void structsHaveTheKernelsSizes() {
    assertThat(IoUringLayouts.PARAMETERS.byteSize()).isEqualTo(120);
    assertThat(IoUringLayouts.SUBMISSION.byteSize()).isEqualTo(64);
    assertThat(IoUringLayouts.COMPLETION.byteSize()).isEqualTo(16);
  }

  @Test
  void fieldsHaveTheKernelsOffsets() {
    assertThat(IoUringLayouts.offsetOf(IoUringLayouts.PARAMETERS, "features")).isEqualTo(20);
    assertThat(IoUringLayouts.offsetOf(IoUringLayouts.PARAMETERS, "sq_off", "array")).isEqualTo(64);
    assertThat(IoUringLayouts.offsetOf(IoUringLayouts.PARAMETERS, "cq_off", "cqes")).isEqualTo(100);
    assertThat(IoUringLayouts.SUBMISSION_FD).isEqualTo(4);
    assertThat(IoUringLayouts.SUBMISSION_ADDR).isEqualTo(16);
    assertThat(IoUringLayouts.SUBMISSION_LEN).isEqualTo(24);
    assertThat(IoUringLayouts.SUBMISSION_MSG_FLAGS).isEqualTo(28);
    assertThat(IoUringLayouts.SUBMISSION_USER_DATA).isEqualTo(32);
    assertThat(IoUringLayouts.COMPLETION_RES).isEqualTo(8);
  }

  @Test
  void parametersAreReadByName() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocate(IoUringLayouts.PARAMETERS);
      parameters.set(ValueLayout.JAVA_INT, 84, 7);
      assertThat(IoUringLayouts.parameter(parameters, "cq_off", "tail")).isEqualTo(7);
    }
  }
}

package io.bookbell.server;

import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.web.Problem;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Base class of tests of the services, below HTTP and on each database. */
@ParameterizedClass
@EnumSource
abstract class DomainTest {
  @Parameter TestDatabase kind;
  @TempDir Path folder;

  Domain domain;

  @BeforeEach
  void openDomain() {
    domain = new Domain(kind, folder);
  }

  @AfterEach
  void closeDomain() {
    domain.close();
  }

  /** Asserts that the command is refused with this error code. */
  static AbstractThrowableAssert<?, ? extends Throwable> refused(
      String code, ThrowingCallable command) {
    return Assertions.assertThatThrownBy(command)
        .isInstanceOfSatisfying(
            Problem.class, problem -> Assertions.assertThat(problem.errorCode()).isEqualTo(code));
  }
}

package io.bookbell.server;

import io.bookbell.server.http.Problem;
import io.bookbell.server.support.TestDatabase;
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
public abstract class DomainTest {
  @Parameter public TestDatabase kind;
  @TempDir public Path folder;

  public Domain domain;

  @BeforeEach
  void openDomain() {
    domain = new Domain(kind, folder);
  }

  @AfterEach
  void closeDomain() {
    domain.close();
  }

  /** Asserts that the command is refused with this error code. */
  public static AbstractThrowableAssert<?, ? extends Throwable> refused(
      String code, ThrowingCallable command) {
    return Assertions.assertThatThrownBy(command)
        .isInstanceOfSatisfying(
            Problem.class, problem -> Assertions.assertThat(problem.errorCode()).isEqualTo(code));
  }
}

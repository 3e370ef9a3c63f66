package io.bookbell.server.cluster;

import io.bookbell.server.Cast;
import io.bookbell.server.cluster.NodePair.Doorbell;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that share two nodes, once for each kind of {@link Doorbell}. */
@ParameterizedClass
@EnumSource
abstract class OnTwoNodes {
  @Parameter Doorbell doorbell;

  @TempDir static Path folder;
  static NodePair nodes;

  Cast cast;

  @BeforeParameterizedClassInvocation
  static void start(Doorbell doorbell) throws IOException {
    nodes = NodePair.start(doorbell, folder);
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    nodes.close();
  }

  @BeforeEach
  void createPeople() {
    cast = nodes.first().cast();
  }
}

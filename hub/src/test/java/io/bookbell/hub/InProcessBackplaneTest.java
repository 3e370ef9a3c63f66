package io.bookbell.hub;

import java.util.Map;
import java.util.Set;

class InProcessBackplaneTest extends BackplaneContract {
  private final InProcessBackplane.Bus bus = new InProcessBackplane.Bus();

  @Override
  protected Backplane join() {
    return bus.addNode();
  }

  @Override
  protected void awaitAcquainted(Map<Backplane, Set<UserId>> present) {
    // every node receives every change
  }
}

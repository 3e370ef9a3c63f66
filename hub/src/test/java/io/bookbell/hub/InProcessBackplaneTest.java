package io.bookbell.hub;

import java.util.List;

class InProcessBackplaneTest extends BackplaneContract {
  private final InProcessBackplane.Bus bus = new InProcessBackplane.Bus();

  @Override
  protected Backplane join() {
    return bus.join();
  }

  @Override
  protected void awaitAcquainted(List<Backplane> nodes) {
    // everyone is told everything
  }
}

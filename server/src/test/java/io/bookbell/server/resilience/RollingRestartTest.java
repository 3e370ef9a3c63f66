package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.resilience.workload.Follower.Totals;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes are stopped and started again one after the other, under load. */
class RollingRestartTest {
  private static final int CLIENTS = 60;
  private static final int COMMANDS_PER_SECOND = 20;

  /** 128 + SIGTERM: Java has run its shutdown hooks. */
  private static final int ENDED_IN_ORDER = 143;

  @TempDir private Path folder;

  @Test
  void noCommandFailsAndNoMessageIsLost() {
    long seed = Long.getLong("faults.seed", System.nanoTime());
    String name = "Rolling restart, -Dfaults.seed=" + seed;
    System.out.println(name);
    try (var cluster = new Cluster(folder);
        var campaign = new FaultCampaign(cluster, new Random(seed), CLIENTS)) {
      campaign.beginLoad(COMMANDS_PER_SECOND);
      cluster.nodes().forEach(node -> restart(node, campaign));
      campaign.settle();
      String report = name + "\n" + String.join("\n", campaign.report());
      System.out.println(report);
      assertThat(campaign.breaches()).as(report).isEmpty();
      assertThat(campaign.load().errors()).as(report).isEmpty();
      assertThat(campaign.clients().sum(Totals::sentAway)).as(report).isPositive();
      cluster.verify();
    }
  }

  private static void restart(Node node, FaultCampaign campaign) {
    assertThat(node.terminate()).as(node.output()).isEqualTo(ENDED_IN_ORDER);
    node.start();
    campaign.recover("after the restart of " + node.url());
  }
}

package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No message is lost or repeated, whatever fails. The short form injects every kind of fault once;
 * {@code -Pfaults} with {@code -Dfaults.minutes} and {@code -Dfaults.clients} runs longer. {@code
 * -Dfaults.seed} repeats a run's faults and commands.
 */
class FaultCampaignTest {
  private static final int MINUTES = Integer.getInteger("faults.minutes", 0);
  private static final int CLIENTS = Integer.getInteger("faults.clients", 60);
  private static final int COMMANDS_PER_SECOND = 10;
  private static final Duration MAX_FAULT_DURATION =
      Duration.ofMillis(MINUTES == 0 ? 2500 : 12_000);

  @TempDir private Path folder;

  @Test
  void nothingIsLostOrRepeated() {
    long seed = Long.getLong("faults.seed", System.nanoTime());
    String name =
        "Fault campaign, %d minutes, %d clients, -Dfaults.seed=%d"
            .formatted(MINUTES, CLIENTS, seed);
    System.out.println(name);
    try (var cluster = new Cluster(folder);
        var campaign = new FaultCampaign(cluster, new Random(seed), CLIENTS)) {
      List<String> breaches = wage(campaign);
      String report = report(name, campaign, breaches);
      Report.tell("faults-report.txt", report);
      assertThat(breaches).as(report).isEmpty();
      assertThat(cluster.redis().hasRecorded()).as("nodes send each other messages").isTrue();
      cluster.verify();
    } catch (RuntimeException e) {
      throw new AssertionError(name, e);
    }
  }

  /**
   * Runs the campaign. A failure on the way counts as a violation, so that it appears in the
   * report.
   */
  private static List<String> wage(FaultCampaign campaign) {
    try {
      campaign.beginLoad(COMMANDS_PER_SECOND);
      campaign.run(Duration.ofMinutes(MINUTES), MAX_FAULT_DURATION);
      campaign.settle();
      return campaign.breaches();
    } catch (RuntimeException | AssertionError e) {
      var breaches = new ArrayList<>(List.of(Report.told(e)));
      breaches.addAll(campaign.clients().complaints());
      return breaches;
    }
  }

  private static String report(String name, FaultCampaign campaign, List<String> breaches) {
    var lines = new ArrayList<>(List.of(name));
    lines.addAll(campaign.report());
    lines.add(Report.line("breaches", breaches.size()));
    breaches.stream().limit(20).map(each -> "  " + each).forEach(lines::add);
    campaign.load().errors().stream().limit(5).map(each -> "  " + each).forEach(lines::add);
    return String.join("\n", lines) + "\n";
  }
}

package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.receipt.Device;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Acknowledgements that are stored together. */
class AcknowledgementWriterTest extends DomainTest {
  @Test
  void oneThatCannotBeStoredHoldsUpNoOthers() {
    UserId creator = domain.creator("mara");
    UserId supporter = domain.supporter(creator, "amara", 5);
    domain.ask(supporter, creator, "Kindred");
    try (var writer = new AcknowledgementWriter(domain.database(), domain.features.receipts)) {
      writer.recordAcknowledgement(new Device(creator, "impossible"), -1);
      writer.recordAcknowledgement(new Device(new UserId(999_999), "of nobody"), 1);
      writer.recordAcknowledgement(new Device(supporter, "phone"), 1);
    }

    Map<String, Long> stored =
        domain.read(
            tx -> domain.features.receipts.findAcknowledged(tx, Set.of(creator, supporter)));
    assertThat(stored).isEqualTo(Map.of("phone", 1L));
  }
}

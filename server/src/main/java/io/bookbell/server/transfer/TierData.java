package io.bookbell.server.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.server.json.Json;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The column {@code patreon_tier_data} of the Python system, a JSON object with the tier and the
 * counter. Fields that Bookbell doesn't know stay as they are.
 */
final class TierData {
  private static final String TITLE = "title";
  private static final String ALLOWED = "book_requests_allowed";
  private static final String USED = "book_requests_used";

  private final ObjectNode json;

  private TierData(ObjectNode json) {
    this.json = json;
  }

  static TierData parse(@Nullable String stored) {
    try {
      if (stored != null && Json.readTree(stored) instanceof ObjectNode object) {
        return new TierData(object);
      }
    } catch (JsonProcessingException e) {
      // what can't be read is written anew
    }
    return new TierData(JsonNodeFactory.instance.objectNode());
  }

  /** The title as an import reads it. */
  String title() {
    return LegacyTexts.tierName(toRow());
  }

  int allowed() {
    return SupporterImport.possibleCounter(toRow(), "requests_allowed");
  }

  int used() {
    return SupporterImport.possibleCounter(toRow(), "requests_used");
  }

  private LegacyRow toRow() {
    var values = new @Nullable String[LegacyQuery.SUPPORTERS.columns().size()];
    List<String> columns = LegacyQuery.SUPPORTERS.columns();
    values[columns.indexOf("tier")] = text(TITLE);
    values[columns.indexOf("requests_allowed")] = text(ALLOWED);
    values[columns.indexOf("requests_used")] = text(USED);
    return new LegacyRow(LegacyQuery.SUPPORTERS, Arrays.asList(values));
  }

  private @Nullable String text(String field) {
    JsonNode value = json.path(field);
    return value.isMissingNode() || value.isNull() ? null : value.asText();
  }

  void setTier(String title, int allowed) {
    if (!title.equals(title())) {
      json.put(TITLE, title);
    }
    json.put(ALLOWED, allowed);
  }

  void setUsed(int used) {
    json.put(USED, used);
  }

  @Override
  public String toString() {
    return Json.writeAsString(json);
  }
}

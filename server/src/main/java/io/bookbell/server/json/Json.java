package io.bookbell.server.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.bookbell.hub.UserId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * JSON as the API defines it: snake_case names, ISO 8601 times in UTC, integer ids. Thread-safe.
 */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(new JavaTimeModule())
          .addModule(userIdModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** About ten times what the largest command needs, a list of some hundred ids. */
  private static final StreamReadConstraints FOR_STRANGERS =
      StreamReadConstraints.builder()
          .maxNestingDepth(20)
          .maxNumberLength(100)
          .maxNameLength(1000)
          .maxTokenCount(20_000)
          .build();

  /**
   * Reads untrusted input. Field names are neither interned nor cached, because untrusted clients
   * could fill that memory.
   */
  private static final ObjectReader FOREIGN = MAPPER.reader().with(foreignFactory(FOR_STRANGERS));

  /** More than 10,000 ids and any object of 64 KiB have together. */
  private static final StreamReadConstraints FOR_LARGE_BODIES =
      StreamReadConstraints.builder()
          .maxNestingDepth(100)
          .maxNumberLength(1000)
          .maxNameLength(1 << 16)
          .maxTokenCount(60_000)
          .build();

  /** Like {@link #FOREIGN}, but keeps the digits of every number, because it is passed on. */
  private static final ObjectReader FOREIGN_LARGE =
      MAPPER
          .reader()
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .with(foreignFactory(FOR_LARGE_BODIES));

  private static final ObjectReader STORED =
      MAPPER.reader().without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private Json() {}

  private static JsonFactory foreignFactory(StreamReadConstraints constraints) {
    return JsonFactory.builder()
        .streamReadConstraints(constraints)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();
  }

  /** Encodes a value of our own types as UTF-8. */
  public static byte[] writeAsBytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("Cannot be written as JSON: " + value.getClass(), e);
    }
  }

  /** Like {@link #writeAsBytes}, as a string. */
  public static String writeAsString(Object value) {
    return new String(writeAsBytes(value), UTF_8);
  }

  public static JsonNode readTree(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }

  public static JsonNode readTree(byte[] utf8) throws IOException {
    return MAPPER.readTree(utf8);
  }

  /**
   * Parses untrusted input: like {@link #readTree(String)}, with limits on its size and nesting. It
   * takes no bytes, because the parser would guess their charset and replace what it can't decode.
   */
  public static JsonNode readUntrusted(String text) throws JsonProcessingException {
    return FOREIGN.readTree(text);
  }

  /** Like {@link #readUntrusted}, with limits for bodies of up to a megabyte. */
  public static JsonNode readLargeUntrusted(String text) throws JsonProcessingException {
    return FOREIGN_LARGE.readTree(text);
  }

  /** Creates a generator that writes one value per line. */
  public static JsonGenerator createLineGenerator(OutputStream out) throws IOException {
    JsonGenerator json = MAPPER.createGenerator(out);
    SerializableString lineEnd = new SerializedString("\n");
    json.setPrettyPrinter(new MinimalPrettyPrinter(lineEnd.getValue()));
    return json;
  }

  /** Reads one value after the other. */
  public static MappingIterator<JsonNode> readLines(InputStream in) throws IOException {
    JsonParser parser = MAPPER.createParser(in);
    return MAPPER
        .readerFor(JsonNode.class)
        .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .readValues(parser);
  }

  /**
   * Reads a value of our own types that {@link #writeAsString} wrote, perhaps that of a newer
   * version: unknown fields are skipped.
   */
  public static <T> T readStored(String text, Class<T> type) throws JsonProcessingException {
    return STORED.forType(type).readValue(text);
  }

  private static SimpleModule userIdModule() {
    var module = new SimpleModule("user ids");
    module.addDeserializer(UserId.class, new UserIdDeserializer());
    module.addSerializer(UserId.class, new UserIdSerializer());
    module.addKeySerializer(UserId.class, new UserIdKeySerializer());
    return module;
  }

  private static final class UserIdSerializer extends StdSerializer<UserId> {
    private static final long serialVersionUID = 1L;

    UserIdSerializer() {
      super(UserId.class);
    }

    @Override
    public void serialize(UserId id, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeNumber(id.value());
    }
  }

  private static final class UserIdDeserializer extends StdDeserializer<UserId> {
    private static final long serialVersionUID = 1L;

    UserIdDeserializer() {
      super(UserId.class);
    }

    @Override
    public UserId deserialize(JsonParser json, DeserializationContext context) throws IOException {
      return new UserId(json.getLongValue());
    }
  }

  private static final class UserIdKeySerializer extends StdSerializer<UserId> {
    private static final long serialVersionUID = 1L;

    UserIdKeySerializer() {
      super(UserId.class);
    }

    @Override
    public void serialize(UserId id, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeFieldName(id.toString());
    }
  }
}

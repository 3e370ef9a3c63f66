package io.bookbell.server.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.DisallowUnknownKeywordFactory;
import com.networknt.schema.keyword.NonValidationKeyword;
import com.networknt.schema.path.PathType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** One of the YAML files that describe the API, with its schemas. Thread-safe. */
final class Description {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** A fictitious base URL of the files, so that they can refer to each other. */
  private static final String PLACE = "https://bookbell.test/";

  private static final Set<String> MEMBERS =
      Set.of(
          "openapi",
          "info",
          "tags",
          "security",
          "paths",
          "webhooks",
          "components",
          "asyncapi",
          "defaultContentType",
          "servers",
          "channels",
          "operations");

  /** JSON Schema 2020-12 as embedded in such files; keywords unknown to both are errors. */
  private static final Dialect DIALECT =
      Dialect.builder(Dialects.getDraft202012())
          .keywords(MEMBERS.stream().map(NonValidationKeyword::new).toList())
          .unknownKeywordFactory(DisallowUnknownKeywordFactory.getInstance())
          .build();

  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(
          DIALECT,
          builder ->
              builder
                  .schemaIdResolvers(ids -> ids.mapPrefix(PLACE, "classpath:api/"))
                  .schemaRegistryConfig(
                      SchemaRegistryConfig.builder()
                          .formatAssertionsEnabled(true)
                          .pathType(PathType.JSON_POINTER)
                          .locale(Locale.ENGLISH)
                          .build()));

  private final String name;
  private final JsonNode root;

  /** Reads {@code api/name} from the class path. */
  Description(String name) {
    this.name = name;
    try (InputStream file = Description.class.getResourceAsStream("/api/" + name)) {
      root = YAML.readTree(file);
    } catch (IOException e) {
      throw new UncheckedIOException("api/" + name + " cannot be read", e);
    }
  }

  JsonNode at(String pointer) {
    return root.at(pointer);
  }

  /** The names of the members at a pointer. */
  List<String> names(String pointer) {
    return at(pointer).properties().stream().map(Map.Entry::getKey).toList();
  }

  /** Follows references within the file and returns the final pointer. */
  String resolve(String pointer) {
    JsonNode reference = at(pointer).path("$ref");
    return reference.isMissingNode() ? pointer : resolve(reference.asText().substring(1));
  }

  /** The validation errors of a value, one line each. */
  List<String> errors(String schemaPointer, JsonNode value) {
    Schema schema = SCHEMAS.getSchema(SchemaLocation.of(PLACE + name + "#" + schemaPointer));
    return schema.validate(value).stream()
        .map(error -> "#" + error.getInstanceLocation() + ": " + error.getMessage())
        .toList();
  }

  /** Calls the visitor with every node of the file and the pointer to it. */
  void visit(BiConsumer<String, JsonNode> visitor) {
    visit("", root, visitor);
  }

  private static void visit(String pointer, JsonNode node, BiConsumer<String, JsonNode> visitor) {
    visitor.accept(pointer, node);
    node.properties()
        .forEach(field -> visit(pointer + "/" + escape(field.getKey()), field.getValue(), visitor));
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      visit(pointer + "/" + i, node.get(i), visitor);
    }
  }

  /** Escapes a name for use in a pointer. */
  static String escape(String name) {
    return JsonPointer.empty().appendProperty(name).toString().substring(1);
  }
}

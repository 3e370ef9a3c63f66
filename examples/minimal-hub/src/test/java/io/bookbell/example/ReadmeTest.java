package io.bookbell.example;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path SOURCES = Path.of("src/main/java/io/bookbell/example");
  private static final Pattern JAVA = Pattern.compile("```java\n(.+?)```", Pattern.DOTALL);

  @Test
  void theCodeInTheReadmeOfTheHubIsPartOfTheExample() throws IOException {
    String sources;
    try (Stream<Path> files = Files.list(SOURCES)) {
      sources = files.map(ReadmeTest::unindented).collect(joining("\n"));
    }
    Stream<MatchResult> blocks =
        JAVA.matcher(Files.readString(Path.of("../../hub/README.md"))).results();

    List<String> snippets = blocks.map(block -> unindented(block.group(1))).toList();

    assertThat(snippets)
        .hasSizeGreaterThan(3)
        .allSatisfy(code -> assertThat(sources).contains(code));
  }

  private static String unindented(Path file) {
    try {
      return unindented(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String unindented(String code) {
    return code.lines().map(String::strip).collect(joining("\n"));
  }
}

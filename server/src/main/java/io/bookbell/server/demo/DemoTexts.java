package io.bookbell.server.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The names, books and texts of the demo data. Not thread-safe. */
final class DemoTexts {
  private final List<DemoBook> books =
      readLines("books.tsv").stream().skip(1).map(DemoBook::of).toList();
  private final List<String> names = readLines("names.txt");
  private final List<String> notes = readLines("notes.txt");
  private final List<String> approvals = readLines("approvals.txt");
  private final List<String> rejections = readLines("rejections.txt");
  private final List<String> completions = readLines("completions.txt");
  private final List<String> replies = readLines("replies.txt");
  private int nextBook;

  /** A real book; the ISBN is given only if it is known for certain. */
  record DemoBook(String title, String author, @Nullable String isbn) {
    private static DemoBook of(String line) {
      String[] columns = line.split("\t", -1);
      return new DemoBook(columns[0], columns[1], columns[2].isEmpty() ? null : columns[2]);
    }
  }

  /** Returns each book once, then starts over. */
  DemoBook nextBook() {
    return books.get(nextBook++ % books.size());
  }

  String nameAt(int number) {
    return names.get(number % names.size());
  }

  String randomNote(Random random) {
    return pickRandom(notes, random);
  }

  String randomApproval(Random random) {
    return pickRandom(approvals, random);
  }

  String randomRejection(Random random) {
    return pickRandom(rejections, random);
  }

  String randomCompletion(Random random) {
    return pickRandom(completions, random);
  }

  String randomReply(Random random) {
    return pickRandom(replies, random);
  }

  private static String pickRandom(List<String> texts, Random random) {
    return texts.get(random.nextInt(texts.size()));
  }

  private static List<String> readLines(String resource) {
    var stream =
        Objects.requireNonNull(
            DemoTexts.class.getResourceAsStream("/demo/" + resource), "missing /demo/" + resource);
    try (var reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      return reader.lines().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

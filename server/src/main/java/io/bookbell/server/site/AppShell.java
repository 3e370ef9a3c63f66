package io.bookbell.server.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;

/**
 * The files that make up the page, listed in {@code site/app-shell.json}. {@code AppShellTest}
 * compares the list with the page's sources and can write it.
 *
 * @param first the modules that every view needs, each before those that it imports
 * @param files all files, including dynamically imported modules and the icons of the manifest
 */
record AppShell(List<String> first, SortedSet<String> files) {
  /** The list, relative to the root of the class path. */
  static final String RESOURCE = "site/app-shell.json";

  static AppShell load() {
    try (InputStream in = AppShell.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      byte[] list = Objects.requireNonNull(in, RESOURCE).readAllBytes();
      return Json.readStored(new String(list, UTF_8), AppShell.class);
    } catch (IOException e) {
      throw new UncheckedIOException("The list of the page's files cannot be read", e);
    }
  }
}

package io.bookbell.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs when the program ends for any reason that lets it run: ends the processes that it has
 * started and deletes its folder.
 */
final class Cleanup extends Thread {
  private final Path folder;

  Cleanup(Path folder) {
    super("cleanup");
    this.folder = folder;
  }

  @Override
  public void run() {
    List<ProcessHandle> started = ProcessHandle.current().descendants().toList();
    started.forEach(ProcessHandle::destroyForcibly);
    started.forEach(process -> process.onExit().join());
    try {
      deleteTree(folder);
    } catch (IOException e) {
      System.err.println(folder + " could not be deleted: " + e.getMessage());
    }
  }

  static void deleteTree(Path tree) throws IOException {
    if (Files.notExists(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

package io.bookbell.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Java's cache of classes, as Linux has mapped it into this process. A start reads all over it, and
 * what was read once counts as the process's memory from then on. Stateless.
 */
final class ClassCache {
  private static final Path MAPPINGS = Path.of("/proc/self/smaps");

  /** The part of the cache that is only read. What Java has rewritten in it is not in the file. */
  private static final Pattern MAPPING =
      Pattern.compile("^(\\p{XDigit}+)-(\\p{XDigit}+) r--p .*\\.(?:aot|jsa)$");

  private static final String REWRITTEN = "Anonymous:";
  private static final Pattern NOTHING = Pattern.compile(REWRITTEN + " +0 kB");

  /**
   * {@code MADV_DONTNEED}, of <a
   * href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</a>.
   */
  private static final int NOT_NEEDED = 4;

  private ClassCache() {}

  /**
   * Takes out of the process what is only read. What is needed again comes back by itself, from the
   * memory in which Linux keeps files that were read; on other systems nothing happens.
   */
  static void releaseMappings() throws IOException {
    if (!Files.exists(MAPPINGS)) {
      return;
    }
    List<MemoryMapping> unchanged = unchangedMappings(Files.readAllLines(MAPPINGS));
    if (!unchanged.isEmpty()) {
      MethodHandle madvise = madviseHandle();
      unchanged.forEach(memoryMapping -> adviseNotNeeded(madvise, memoryMapping));
    }
  }

  private record MemoryMapping(long from, long to) {}

  private static List<MemoryMapping> unchangedMappings(List<String> lines) {
    var found = new ArrayList<MemoryMapping>();
    MemoryMapping current = null;
    for (String line : lines) {
      Matcher mapping = MAPPING.matcher(line);
      if (mapping.matches()) {
        current = new MemoryMapping(parseHex(mapping.group(1)), parseHex(mapping.group(2)));
      } else if (current != null && line.startsWith(REWRITTEN)) {
        if (NOTHING.matcher(line).matches()) {
          found.add(current);
        }
        current = null;
      }
    }
    return found;
  }

  private static long parseHex(String digits) {
    return HexFormat.fromHexDigitsToLong(digits);
  }

  @SuppressWarnings("restricted") // the description is that of the function
  private static MethodHandle madviseHandle() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("madvise"),
        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  }

  private static void adviseNotNeeded(MethodHandle madvise, MemoryMapping memoryMapping) {
    try {
      int _ =
          (int)
              madvise.invokeExact(
                  MemorySegment.ofAddress(memoryMapping.from),
                  memoryMapping.to - memoryMapping.from,
                  NOT_NEEDED);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}

package io.bookbell.server.config;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds environment variables that look like settings but aren't, such as typing errors. */
final class UnknownVariables {
  private static final String PREFIX = "BOOKBELL_";

  /** Variables that the launcher, single commands, the build, its tests and the examples read. */
  private static final Set<String> READ_ELSEWHERE =
      Set.of(
          "BOOKBELL_IMPORT_PASSWORD",
          "BOOKBELL_JAVA_OPTS",
          "BOOKBELL_JDK_PLACES",
          "BOOKBELL_KEY",
          "BOOKBELL_PROGRESS_SECONDS",
          "BOOKBELL_CHROMIUM",
          "BOOKBELL_CHROMEDRIVER");

  private UnknownVariables() {}

  /**
   * Describes the unknown variables in one line, each with the setting whose name is most like it.
   *
   * @param names of all environment variables
   * @return empty if there is none
   */
  static Optional<String> describe(Collection<String> names) {
    List<String> unknown =
        names.stream()
            .filter(name -> name.startsWith(PREFIX) && !READ_ELSEWHERE.contains(name))
            .filter(name -> Setting.findByName(name).isEmpty())
            .filter(name -> !NumberedSettings.isNumbered(name))
            .sorted()
            .map(name -> name + " (did you mean " + Setting.findNearest(name).variableName() + "?)")
            .toList();
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "In the environment, no setting of Bookbell and ignored: "
                + String.join(", ", unknown)
                + "; bookbell serve --help lists the known ones");
  }
}

package io.bookbell.server.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the {@code Accept-Encoding} header. Stateless. */
public final class AcceptEncoding {
  /** A weight that means “not acceptable”, RFC 9110 section 12.4.2. */
  private static final Pattern REFUSED = Pattern.compile("q\\s*=\\s*0(?:\\.0*)?");

  private AcceptEncoding() {}

  /**
   * Whether a client takes gzip. It must name it: an asterisk alone isn't worth compressing for.
   *
   * @param header null if there is none
   */
  public static boolean acceptsGzip(@Nullable String header) {
    return header != null
        && Arrays.stream(header.toLowerCase(Locale.ROOT).split(",", -1))
            .anyMatch(AcceptEncoding::isAcceptedGzip);
  }

  private static boolean isAcceptedGzip(String coding) {
    List<String> parts = Arrays.stream(coding.split(";", -1)).map(String::strip).toList();
    return List.of("gzip", "x-gzip").contains(parts.getFirst())
        && parts.stream().noneMatch(part -> REFUSED.matcher(part).matches());
  }
}

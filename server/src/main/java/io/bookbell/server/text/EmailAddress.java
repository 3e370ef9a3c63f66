package io.bookbell.server.text;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * E-mail addresses in the one form in which they are stored and looked for: composed, without case,
 * and the domain in its own letters, whether it was typed in them or as {@code xn--…}. Stateless.
 */
public final class EmailAddress {
  private static final int LONGEST = 254;

  /** Only what every address has; whether it exists, nobody can tell from its letters. */
  private static final Pattern FORM = Pattern.compile("[^@\\s\\p{Z}\\p{C}]+@[^@\\s\\p{Z}\\p{C}]+");

  private static final Pattern DOTS = Pattern.compile("[.。．｡]");
  private static final String ENCODED = "xn--";

  private EmailAddress() {}

  /** The stored form; empty where the text is no e-mail address. */
  public static Optional<String> of(String typed) {
    String text = Normalizer.normalize(typed.strip(), Normalizer.Form.NFC);
    if (!FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    int at = text.indexOf('@');
    return normalizeDomain(text.substring(at + 1))
        .map(domain -> CaseFolding.foldCase(text.substring(0, at)) + '@' + domain)
        .filter(address -> address.length() <= LONGEST && FORM.matcher(address).matches());
  }

  private static Optional<String> normalizeDomain(String typed) {
    String domain =
        Arrays.stream(DOTS.split(typed, -1))
            .map(EmailAddress::normalizeLabel)
            .collect(Collectors.joining("."));
    try {
      var _ = IDN.toASCII(domain, IDN.ALLOW_UNASSIGNED);
      return Optional.of(domain);
    } catch (IllegalArgumentException e) { // a label that is empty or too long
      return Optional.empty();
    }
  }

  private static String normalizeLabel(String typed) {
    String plain = typed.toLowerCase(Locale.ROOT);
    String decoded = plain.startsWith(ENCODED) ? IDN.toUnicode(plain, IDN.ALLOW_UNASSIGNED) : plain;
    String compatible = Normalizer.normalize(decoded, Normalizer.Form.NFKC);
    return Normalizer.normalize(compatible.toLowerCase(Locale.ROOT), Normalizer.Form.NFKC);
  }
}

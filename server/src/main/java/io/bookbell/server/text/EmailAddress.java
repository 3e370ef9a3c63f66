package io.bookbell.server.text;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Normalizes e-mail addresses to the form in which they are stored and looked up: composed,
 * case-folded, and with the domain in Unicode even if it was typed as {@code xn--…}. Stateless.
 */
public final class EmailAddress {
  private static final int MAX_LENGTH = 254;

  /** Only what all addresses have in common; whether one exists can't be seen from its form. */
  private static final Pattern FORM = Pattern.compile("[^@\\s\\p{Z}\\p{C}]+@[^@\\s\\p{Z}\\p{C}]+");

  private static final Pattern DOTS = Pattern.compile("[.。．｡]");
  private static final String ENCODED = "xn--";

  /** What is expected of an address that mails are sent to. */
  public static final String DELIVERABLE =
      "must have only ASCII letters, digits and symbols in front of the @, or no mail can be sent there";

  /** What is expected of a domain whose letters Java would encode as those of another domain. */
  public static final String DOMAIN_DELIVERABLE =
      "must have the domain in its ASCII form, which begins with xn--, or no mail can be sent there";

  /** Characters that need no quotes in a command to the mail server. */
  private static final Pattern DELIVERABLE_FORM =
      Pattern.compile("[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9._-]+");

  private EmailAddress() {}

  /** The stored form, or empty if the text isn't an e-mail address. */
  public static Optional<String> of(String typed) {
    String text = UnicodeNormalizer.normalize(typed.strip(), Normalizer.Form.NFC);
    if (!FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    int at = text.indexOf('@');
    return normalizeDomain(text.substring(at + 1))
        .map(domain -> foldLocalPart(text.substring(0, at)) + '@' + domain)
        .filter(address -> address.length() <= MAX_LENGTH && FORM.matcher(address).matches())
        .filter(address -> !GraphemeClusters.hasOversizedCluster(address));
  }

  /** Letters that fold to ASCII ones, such as ß, stay: ss is another mailbox. */
  private static String foldLocalPart(String typed) {
    var folded = new StringBuilder();
    typed
        .codePoints()
        .mapToObj(Character::toString)
        .forEach(letter -> folded.append(foldUnlessToAscii(letter)));
    return UnicodeNormalizer.normalize(folded, Normalizer.Form.NFC);
  }

  private static String foldUnlessToAscii(String letter) {
    String folded = CaseFolding.foldCase(letter);
    return letter.codePointAt(0) < 128 || folded.chars().allMatch(each -> each >= 128)
        ? folded
        : letter;
  }

  /**
   * The form in which a mail server takes an address. The domain may have any letters, which are
   * encoded, except the four that Java encodes as others (ß, ς and two joiners): its standard, IDNA
   * 2003, is older than the domains with these letters. Other letters in front of it would need an
   * extension that few servers have (SMTPUTF8).
   *
   * @return empty if no mail can be sent to the address
   */
  public static Optional<String> toDeliverable(String address) {
    int domain = address.lastIndexOf('@') + 1;
    return encodeDomain(address.substring(domain))
        .map(encoded -> address.substring(0, domain) + encoded)
        .filter(each -> DELIVERABLE_FORM.matcher(each).matches());
  }

  private static Optional<String> encodeDomain(String domain) {
    try {
      String encoded = IDN.toASCII(domain, IDN.ALLOW_UNASSIGNED);
      return Optional.of(encoded)
          .filter(each -> IDN.toUnicode(each, IDN.ALLOW_UNASSIGNED).equals(domain));
    } catch (IllegalArgumentException e) { // a label is empty or too long
      return Optional.empty();
    }
  }

  /** Returns what is expected of an address to which no mail can be sent as it is. */
  public static Optional<String> findDeliveryFault(String address) {
    if (toDeliverable(address).isPresent()) {
      return Optional.empty();
    }
    boolean isDomain = encodeDomain(address.substring(address.lastIndexOf('@') + 1)).isEmpty();
    return Optional.of(isDomain ? DOMAIN_DELIVERABLE : DELIVERABLE);
  }

  private static Optional<String> normalizeDomain(String typed) {
    String domain =
        Arrays.stream(DOTS.split(typed, -1))
            .map(EmailAddress::normalizeLabel)
            .collect(Collectors.joining("."));
    try {
      var _ = IDN.toASCII(domain, IDN.ALLOW_UNASSIGNED);
      return Optional.of(domain);
    } catch (IllegalArgumentException e) { // a label is empty or too long
      return Optional.empty();
    }
  }

  private static String normalizeLabel(String typed) {
    String plain = typed.toLowerCase(Locale.ROOT);
    String decoded = plain.startsWith(ENCODED) ? IDN.toUnicode(plain, IDN.ALLOW_UNASSIGNED) : plain;
    String compatible = UnicodeNormalizer.normalize(decoded, Normalizer.Form.NFKC);
    return UnicodeNormalizer.normalize(compatible.toLowerCase(Locale.ROOT), Normalizer.Form.NFKC);
  }
}

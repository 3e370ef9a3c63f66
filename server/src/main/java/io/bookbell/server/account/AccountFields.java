package io.bookbell.server.account;

import io.bookbell.server.web.Body;
import java.util.Locale;
import java.util.regex.Pattern;

/** How accounts are described in requests. */
public final class AccountFields {
  private static final int LONGEST_EMAIL = 254;
  private static final int LONGEST_NAME = 100;

  /** Only what every address has; whether it exists, nobody can tell from its letters. */
  private static final Pattern EMAIL = Pattern.compile("[^@\\s\\p{Cntrl}]+@[^@\\s\\p{Cntrl}]+");

  private AccountFields() {}

  /** What somebody wants their account to be. The password is as it was typed. */
  public record Wanted(String email, String displayName, String password) {
    @Override
    public String toString() {
      return "Wanted[" + email + ", " + displayName + "]";
    }
  }

  public static Wanted read(Body body) {
    return new Wanted(
        email(body),
        body.text("display_name", 1, LONGEST_NAME),
        body.verbatim("password", PasswordRule.SHORTEST, PasswordRule.LONGEST));
  }

  /** An e-mail address in the stored form. */
  static String email(Body body) {
    String email = body.text("email", 1, LONGEST_EMAIL).toLowerCase(Locale.ROOT); // may lengthen it
    body.check("email", isEmail(email), "must be an e-mail address");
    return email;
  }

  public static boolean isEmail(String text) {
    return text.length() <= LONGEST_EMAIL && EMAIL.matcher(text).matches();
  }
}

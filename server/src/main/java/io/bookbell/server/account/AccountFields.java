package io.bookbell.server.account;

import io.bookbell.server.web.Body;

/** How accounts are described in requests. */
public final class AccountFields {
  private static final int LONGEST_NAME = 100;

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
        body.line("display_name", 1, LONGEST_NAME),
        body.verbatim("password", PasswordRule.SHORTEST, PasswordRule.LONGEST));
  }

  /** An e-mail address in the stored form. */
  static String email(Body body) {
    return body.email("email");
  }
}

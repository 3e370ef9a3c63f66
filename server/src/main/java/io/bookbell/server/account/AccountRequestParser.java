package io.bookbell.server.account;

import io.bookbell.server.http.JsonBody;

/** Parses the account fields of sign-up requests. */
public final class AccountRequestParser {
  static final int MAX_NAME_LENGTH = 100;

  private AccountRequestParser() {}

  /**
   * The fields of a new account. The password is exactly as typed, neither trimmed nor normalized.
   */
  public record AccountRequest(String email, String displayName, String password) {
    @Override
    public String toString() {
      return "AccountRequest[" + email + ", " + displayName + "]";
    }
  }

  public static AccountRequest parseAccount(JsonBody jsonBody) {
    return new AccountRequest(
        parseEmail(jsonBody),
        jsonBody.requiredLine("display_name", 1, MAX_NAME_LENGTH),
        jsonBody.requiredVerbatim(
            "password", PasswordPolicy.MIN_LENGTH, PasswordPolicy.MAX_LENGTH));
  }

  /** Returns the e-mail address in its stored form. */
  static String parseEmail(JsonBody jsonBody) {
    return jsonBody.requiredEmail("email");
  }
}

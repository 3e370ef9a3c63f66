package io.bookbell.server.account;

import io.bookbell.server.web.JsonBody;

/** How accounts are described in requests. */
public final class AccountRequestParser {
  private static final int LONGEST_NAME = 100;

  private AccountRequestParser() {}

  /** What somebody wants their account to be. The password is as it was typed. */
  public record AccountRequest(String email, String displayName, String password) {
    @Override
    public String toString() {
      return "AccountRequest[" + email + ", " + displayName + "]";
    }
  }

  public static AccountRequest parseAccount(JsonBody jsonBody) {
    return new AccountRequest(
        parseEmail(jsonBody),
        jsonBody.requiredLine("display_name", 1, LONGEST_NAME),
        jsonBody.requiredVerbatim("password", PasswordPolicy.SHORTEST, PasswordPolicy.LONGEST));
  }

  /** An e-mail address in the stored form. */
  static String parseEmail(JsonBody jsonBody) {
    return jsonBody.requiredEmail("email");
  }
}

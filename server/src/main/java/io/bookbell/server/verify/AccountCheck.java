package io.bookbell.server.verify;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.verify.InvariantVerifier.InvariantViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** Invariant 9: no two accounts have e-mail addresses that are equal once normalised. */
final class AccountCheck {
  private AccountCheck() {}

  static List<InvariantViolation> addressesDiffer(Transaction tx) {
    var owners = new HashMap<String, Long>();
    var breaches = new ArrayList<InvariantViolation>();
    tx.query("SELECT id, email FROM app_user ORDER BY id")
        .forEach(
            row -> {
              long id = row.getLong("id");
              String email = row.getString("email");
              String address = EmailAddress.of(email).orElse(email);
              Long other = owners.putIfAbsent(address, id);
              if (other != null) {
                breaches.add(
                    new InvariantViolation(
                        9, "users %s and %s both have %s".formatted(other, id, address)));
              }
            });
    return breaches;
  }
}

package io.bookbell.server.verify;

import static io.bookbell.server.storage.schema.Tables.APP_USER;

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
    for (var row :
        tx.sql().select(APP_USER.ID, APP_USER.EMAIL).from(APP_USER).orderBy(APP_USER.ID)) {
      String address = EmailAddress.of(row.value2()).orElse(row.value2());
      Long other = owners.putIfAbsent(address, row.value1().value());
      if (other != null) {
        breaches.add(
            new InvariantViolation(
                9, "users %s and %s both have %s".formatted(other, row.value1(), address)));
      }
    }
    return breaches;
  }
}

package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.quota.Supporter;
import io.bookbell.server.verify.InvariantVerifier.InvariantViolation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Accounts created before e-mail addresses and names were normalised, on each database. */
class OlderAccountsTest extends DomainTest {

  @Test
  void olderAccountsAreUpdatedAndConflictsAreReported() {
    UserId creator = domain.creator("mara");
    UserId zhanna = older(domain.supporter(creator, "one", 1), "жанна@xn--e1afmkfd.xn--p1ai");
    UserId ann = older(domain.supporter(creator, "two", 2), "ann@bu\u0308cher.example");
    UserId twin = older(domain.supporter(creator, "three", 3), "ann@b\u00FCcher.example");
    assertThat(supporters(creator, "жанна")).as("before").contains(zhanna);

    assertThat(domain.write(domain.features.accounts::migrateOlderAccounts)).isFalse();

    assertThat(email(zhanna)).isEqualTo("жанна@пример.рф");
    assertThat(email(ann)).as("taken by another").isEqualTo("ann@bu\u0308cher.example");
    assertThat(supporters(creator, "ЖАННА")).contains(zhanna, ann, twin);
    assertThat(domain.breaches()).extracting(InvariantViolation::invariant).containsExactly(9);
  }

  private UserId older(UserId user, String email) {
    domain.write(
        tx ->
            tx.update(
                """
                UPDATE app_user SET email = ?, display_name = 'Жанна', name_key = NULL
                WHERE id = ?""",
                email,
                user));
    return user;
  }

  private String email(UserId user) {
    return domain.read(tx -> domain.features.accounts.get(tx, user)).email();
  }

  private List<UserId> supporters(UserId creator, String text) {
    var page = new PageRequest(10, Optional.empty());
    return domain
        .read(tx -> domain.features.supporters.list(tx, creator, creator, Optional.of(text), page))
        .items()
        .stream()
        .map(Supporter::userId)
        .toList();
  }
}

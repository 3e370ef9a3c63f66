package io.bookbell.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.Period;
import org.junit.jupiter.api.Test;

/** Accounts, below HTTP. */
class AccountsTest extends DomainTest {

  @Test
  void anAddressHasOneAccountWhateverWasStoredLast() {
    UserId creator = domain.creator("mara");
    assertThat(domain.tier(creator, 1, Period.NONE))
        .as("the last id given out is that of an account, too")
        .isEqualTo(creator.value());
    refused("email_taken", () -> domain.account("mara"));
  }
}

package io.bookbell.server.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.SignInService.OpenedSession;
import io.bookbell.server.account.SignInService.SignInAttempt;
import io.bookbell.server.http.ClientDescription;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.network.ClientAddress;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.net.InetAddress;
import java.nio.file.Path;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests sign-ins from many addresses, without HTTP. */
@ParameterizedClass
@EnumSource
class SignInServiceTest {
  private static final String MARA = "mara@test.example";
  private static final String INES = "ines@test.example";
  private static final String PASSWORD = "twelve red äpples";
  private static final String HASH = PasswordHasher.hashNow(PASSWORD);
  private static final String HOME = "198.51.100.7";

  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private final AccountStore accountStore = new AccountStore();
  private final PasswordHasher passwordHasher = new PasswordHasher();
  private OpenDatabase data;
  private SignInService signInService;

  @BeforeEach
  void open() {
    data = OpenDatabase.forServing(kind.create(folder));
    var limit = new SignInLimiter(new SignInLimiter.SignInLimits(2, 5, 4));
    signInService =
        new SignInService(
            data.database(),
            accountStore,
            new SessionStore((_, _) -> {}),
            passwordHasher,
            limit,
            (_, _, _, _) -> {});
    data.database()
        .write(
            tx -> {
              EpochStore.ensureInstallation(tx);
              accountStore.create(tx, new NewAccount(MARA, "Mara", HASH), false);
              return accountStore.create(tx, new NewAccount(INES, "Ines", HASH), false);
            })
        .join();
  }

  @AfterEach
  void close() {
    passwordHasher.close();
    data.close();
  }

  @Test
  void anImportedHashIsReplacedByOurOwnAtTheFirstSignIn() {
    String bcrypt = "$2b$05$abcdefghijklmnopqrstuuQrgvCiGVc19m943FEkJhnbu3ZgYgfAa";
    setHash(bcrypt);
    refused(401, attempt(MARA, "wrong", HOME));
    assertThat(hash()).isEqualTo(bcrypt);

    right(MARA, HOME);

    assertThat(hash()).startsWith("$argon2id$");
    right(MARA, HOME);
  }

  @Test
  void anAccountWithoutAPasswordCannotBeSignedInto() {
    setHash(ImportedAccountStore.NO_PASSWORD);

    refused(401, attempt(MARA, "", HOME));
    refused(401, attempt(MARA, PASSWORD, HOME));
  }

  private void setHash(String hash) {
    data.database()
        .write(tx -> tx.update("UPDATE app_user SET password_hash = ? WHERE email = ?", hash, MARA))
        .join();
  }

  @Test
  void aWrongPasswordIsCountedForItsOwnAccountWhateverHappensBetween() {
    refused(401, attempt(MARA, "wrong", HOME));
    right(INES, HOME);
    right(INES, HOME);
    right(MARA, HOME);

    refused(401, attempt(MARA, "wrong", HOME));
    refused(401, attempt("nobody@test.example", "wrong", HOME));
    refused(401, attempt(MARA, "wrong", HOME));
    right(INES, HOME);
    refused(429, attempt(MARA, PASSWORD, HOME));
  }

  @Test
  void whoeverGuessesElsewhereDoesNotLockTheOwnerOut() {
    refused(401, attempt(MARA, "wrong", "192.0.2.1"));
    refused(401, attempt(MARA, "wrong", "192.0.2.1"));
    refused(429, attempt(MARA, PASSWORD, "192.0.2.1"));

    right(MARA, HOME);
  }

  @Test
  void manyWhoGuessCloseTheAccountToAllButKnownDevices() {
    String device = right(MARA, HOME).device();
    String inesDevice = right(INES, HOME).device();
    for (int address = 1; address <= 4; address++) {
      refused(401, attempt(MARA, "wrong", "192.0.2." + address));
    }

    refused(429, attempt(MARA, PASSWORD, HOME));
    refused(429, attempt(MARA, PASSWORD, HOME, inesDevice));
    refused(429, attempt(MARA, PASSWORD, HOME, device + "0"));
    refused(429, attempt(MARA, PASSWORD, HOME, "1." + device.substring(2)));
    refused(429, attempt(MARA, PASSWORD, HOME, ""));
    assertThat(signInService.signIn(attempt(MARA, PASSWORD, HOME, device)).join().account().email())
        .isEqualTo(MARA);
    right(INES, "203.0.113.9");
  }

  @Test
  void aKnownDeviceHasALimitOfItsOwn() {
    String device = right(MARA, HOME).device();

    refused(401, attempt(MARA, "wrong", HOME, device));
    refused(401, attempt(MARA, "wrong", "192.0.2.1", device));
    refused(429, attempt(MARA, PASSWORD, "192.0.2.2", device));
    right(MARA, HOME);
  }

  @Test
  void anAddressThatGuessesAtManyAccountsIsRefused() {
    for (int number = 0; number < 5; number++) {
      refused(401, attempt(number + "@test.example", "wrong", "192.0.2.1"));
    }

    refused(429, attempt(MARA, PASSWORD, "192.0.2.1"));
    right(MARA, HOME);
  }

  @Test
  void rightPasswordsAreNeverTooMany() {
    for (int number = 0; number < 7; number++) {
      right(MARA, HOME);
    }
  }

  /** The limit is two: attempts that nobody waits for are neither checked nor counted. */
  @Test
  void whoeverIsGoneSignsNobodyInAndIsNotCounted() {
    var gone = CompletableFuture.completedFuture(true);
    for (int number = 0; number < 3; number++) {
      var attempt = new SignInAttempt(MARA, PASSWORD, client(HOME), Optional.empty(), gone);
      assertThatThrownBy(() -> signInService.signIn(attempt).join())
          .hasCauseInstanceOf(CancellationException.class);
    }

    refused(401, attempt(MARA, "wrong", HOME));
    refused(401, attempt(MARA, "wrong", HOME));
    refused(429, attempt(MARA, PASSWORD, HOME));
  }

  @Test
  void aPasswordIsTheSameInEveryFormOfUnicode() {
    right(MARA, HOME, Normalizer.normalize(PASSWORD, Form.NFD));
    assertThat(hash()).isEqualTo(HASH);
  }

  @Test
  void aHashOfAnotherFormMatchesAndIsReplaced() {
    String earlier = new Argon2Hasher(1).hashPassword(Normalizer.normalize(PASSWORD, Form.NFD));
    Account mara = account();
    data.database()
        .write(
            tx -> {
              accountStore.updatePassword(tx, mara.id(), earlier);
              return true;
            })
        .join();

    right(MARA, HOME, PASSWORD);
    assertThat(hash()).isNotEqualTo(earlier);
    assertThat(new Argon2Hasher(1).matchesHash(PASSWORD, hash())).isTrue();
    right(MARA, HOME, Normalizer.normalize(PASSWORD, Form.NFD));
  }

  private Account account() {
    return data.database().read(tx -> accountStore.findByEmail(tx, MARA).orElseThrow()).join();
  }

  private String hash() {
    return account().passwordHash();
  }

  private OpenedSession right(String email, String address) {
    return right(email, address, PASSWORD);
  }

  private OpenedSession right(String email, String address, String password) {
    return signInService.signIn(attempt(email, password, address)).join();
  }

  private static SignInAttempt attempt(String email, String password, String address) {
    return new SignInAttempt(
        email, password, client(address), Optional.empty(), new CompletableFuture<>());
  }

  private static SignInAttempt attempt(
      String email, String password, String address, String device) {
    return new SignInAttempt(
        email, password, client(address), Optional.of(device), new CompletableFuture<>());
  }

  private static ClientDescription client(String address) {
    return new ClientDescription(
        Optional.of("curl/8.1"), new ClientAddress(InetAddress.ofLiteral(address)));
  }

  private void refused(int status, SignInAttempt signInAttempt) {
    CompletableFuture<OpenedSession> answer = signInService.signIn(signInAttempt);
    assertThatThrownBy(answer::join)
        .satisfies(
            failure ->
                assertThat(Problem.findIn(failure).orElseThrow().status()).isEqualTo(status));
  }
}

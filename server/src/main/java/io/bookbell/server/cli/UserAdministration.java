package io.bookbell.server.cli;

import io.bookbell.hub.UserId;
import io.bookbell.server.Services;
import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountDirectory;
import io.bookbell.server.account.AccountDirectory.DirectoryEntry;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.json.TimeText;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * What the commands of {@code bookbell user} do with existing accounts, whether a server is running
 * or not. A running server closes the sockets of ended sessions within a second.
 */
final class UserAdministration {
  private static final int AT_ONCE = 100;

  private final CommandEnvironment around;

  UserAdministration(CommandEnvironment around) {
    this.around = around;
  }

  /** Prints all accounts, the newest first. */
  void printAccounts() {
    List<String> lines = work(this::listAccounts);
    lines.forEach(around::printLine);
  }

  private List<String> listAccounts(Transaction tx) {
    var services = new Services(Services.ClientNotifier.noOp());
    var directory = new AccountDirectory();
    var lines = new ArrayList<String>();
    Optional<Long> last = Optional.empty();
    List<DirectoryEntry> page;
    do {
      page = directory.list(tx, Optional.empty(), new PageRequest(AT_ONCE, last)).items();
      var creators =
          services.creators.findCreatorIds(tx, page.stream().map(DirectoryEntry::id).toList());
      for (DirectoryEntry entry : page) {
        lines.add(describe(entry, creators.contains(entry.id())));
        last = Optional.of(entry.id().value());
      }
    } while (page.size() == AT_ONCE);
    return lines;
  }

  private static String describe(DirectoryEntry entry, boolean isCreator) {
    var line = new StringBuilder();
    line.append(entry.id()).append('\t').append(entry.email()).append('\t');
    line.append(entry.displayName()).append('\t');
    var marks = new ArrayList<String>();
    if (entry.operator()) {
      marks.add("operator");
    }
    if (isCreator) {
      marks.add("creator");
    }
    if (entry.disabledAt() != null) {
      marks.add("disabled since " + TimeText.formatTime(entry.disabledAt()));
    }
    return line.append(String.join(", ", marks)).toString();
  }

  void disable(String email) {
    change(email, (tx, services, user) -> services.accountControl.disable(tx, user));
    around.printLine(email + " is disabled, and signed out everywhere");
  }

  void enable(String email) {
    change(email, (tx, services, user) -> services.accountControl.enable(tx, user));
    around.printLine(email + " can sign in again");
  }

  void setOperator(String email, boolean operator) {
    change(email, (tx, services, user) -> services.accountControl.setOperator(tx, user, operator));
    around.printLine(email + (operator ? " is an operator" : " isn't an operator any more"));
  }

  /**
   * Makes an account a creator.
   *
   * @param name the name that supporters see; empty for the name that it had as a creator before,
   *     or else that of the account
   */
  void setCreator(String email, Optional<String> name) {
    change(
        email,
        (tx, services, user) -> {
          if (services.creators.find(tx, user).isPresent()) {
            throw new CommandException(email + " is a creator already");
          }
          services.creators.create(tx, user, services.accounts.get(tx, user).displayName());
          name.ifPresent(given -> services.creators.rename(tx, user, given));
          services.announceCreator(tx, user);
        });
    around.printLine(email + " is a creator");
  }

  void unsetCreator(String email) {
    change(
        email,
        (tx, services, user) -> {
          if (services.creators.find(tx, user).isEmpty()) {
            throw new CommandException(email + " isn't a creator");
          }
          services.closeCreator(tx, user);
        });
    around.printLine(
        email + " isn't a creator any more. set-creator brings back everything that was there");
  }

  void turnPasswords(boolean on) {
    ServerConfig serverConfig = around.loadConfig();
    work(
        tx -> {
          var services = new Services(Services.ClientNotifier.noOp());
          if (!on && !isOtherWaySetUp(tx, services, serverConfig)) {
            throw new CommandException(
                "Nobody could sign in: set up an OpenID Connect provider (BOOKBELL_OIDC_ISSUER)"
                    + " first, and add it or a passkey to an operator's account");
          }
          services.passwordSignInSetting.turn(tx, on);
          return on;
        });
    around.printLine("Passwords are turned " + (on ? "on" : "off"));
  }

  /**
   * Like the page, requires a provider for newcomers and another way for an operator, unless
   * another site or a proxy signs people in.
   */
  private static boolean isOtherWaySetUp(
      Transaction tx, Services services, ServerConfig serverConfig) {
    var external = serverConfig.external();
    var providers = serverConfig.providers();
    return external.tokens().isPresent()
        || external.header().isPresent()
        || (!providers.isEmpty() && services.signInWays(providers).hasOtherForOperator(tx));
  }

  /** A change of one account. */
  private interface AccountOperation {
    void apply(Transaction tx, Services services, UserId user);
  }

  private void change(String email, AccountOperation operation) {
    work(
        tx -> {
          var services = new Services(Services.ClientNotifier.noOp());
          Account account =
              services
                  .accounts
                  .findByEmail(tx, email)
                  .orElseThrow(() -> new CommandException("There is no account with " + email));
          operation.apply(tx, services, account.id());
          return account;
        });
  }

  private <T> T work(Function<Transaction, T> work) {
    try (var data = OpenDatabase.forConcurrentAccess(around.loadConfig().storage())) {
      return data.database().write(work).join();
    } catch (CompletionException e) {
      throw Problem.findIn(e)
          .<RuntimeException>map(
              problem -> new CommandException(String.valueOf(problem.getMessage())))
          .orElse(e);
    }
  }
}

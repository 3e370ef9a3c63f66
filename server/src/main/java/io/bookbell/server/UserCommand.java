package io.bookbell.server;

import io.bookbell.server.account.Account;
import io.bookbell.server.account.Accounts.NewAccount;
import io.bookbell.server.account.PasswordRule;
import io.bookbell.server.account.Passwords;
import io.bookbell.server.account.Tokens;
import io.bookbell.server.storage.StoredData;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.Characters;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.TypedText;
import io.bookbell.server.web.Problem;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bookbell user}. */
@Command(
    name = "user",
    description = "Accounts created by the operator.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class UserCommand {
  private static final int LONGEST_NAME = 100;

  private final Surroundings around;

  UserCommand(Surroundings around) {
    this.around = around;
  }

  @Command(
      name = "add",
      description = {
        "Creates an account, whether a server is running or not.",
        "Asks for the password; without a terminal, generates one and prints it."
      },
      mixinStandardHelpOptions = true)
  int add(
      @Parameters(paramLabel = "EMAIL") String email,
      @Option(names = "--name", description = "The name others see; by default the e-mail's name.")
          @Nullable String name,
      @Option(
              names = "--creator",
              arity = "0..1",
              fallbackValue = "",
              paramLabel = "NAME",
              description = "Makes the user a creator, with the name that supporters see.")
          @Nullable String creator,
      @Option(names = "--operator", description = "Lets the user see how the server is doing.")
          boolean operator,
      @Option(names = "--password-stdin", description = "Reads the password from standard input.")
          boolean fromInput)
      throws IOException {
    String shown = checkedName("--name", name == null ? beforeAt(email) : name);
    String address = checkedEmail(email);
    @Nullable String page = creatorName(creator, shown);
    Account account;
    Password password;
    try (var data = StoredData.beside(around.config().storage())) {
      password =
          password(fromInput, address, shown); // asked for when there is a database to keep it
      var wanted = new NewAccount(address, shown, Passwords.hashNow(password.text));
      account = data.database().write(tx -> create(tx, wanted, page, operator)).join();
    } catch (CompletionException e) {
      throw Problem.in(e)
          .<RuntimeException>map(
              problem -> new CommandFailure(String.valueOf(problem.getMessage())))
          .orElse(e);
    }
    tell(account, password);
    return ExitCode.DONE;
  }

  private void tell(Account account, Password password) {
    around.print("User " + account.id() + " is " + account.email());
    if (password.madeUp) {
      around.print("The password is " + password.text);
      if (around.out().checkError()) {
        throw new CommandFailure(
            "The account exists, but its password could not be printed on standard output; it is "
                + password.text);
      }
    }
  }

  private static Account create(
      Transaction tx, NewAccount wanted, @Nullable String creator, boolean operator) {
    var features = new Features(Features.Outlet.none());
    Account account = features.accounts.create(tx, wanted, operator);
    if (creator != null) {
      features.creators.create(tx, account.id(), creator);
    }
    return account;
  }

  private static @Nullable String creatorName(@Nullable String given, String displayName) {
    return given == null ? null : given.isBlank() ? displayName : checkedName("--creator", given);
  }

  private static String beforeAt(String email) {
    int at = email.indexOf('@');
    return at > 0 ? email.substring(0, at) : email;
  }

  private static String checkedEmail(String email) {
    return EmailAddress.of(email)
        .orElseThrow(() -> new CommandFailure("“" + email + "” is not an e-mail address"));
  }

  private static String checkedName(String option, String name) {
    String stored = TypedText.line(name);
    int length = Characters.count(stored);
    if (length < 1 || length > LONGEST_NAME || Characters.hasPiledUp(stored)) {
      throw new CommandFailure(option + " must have 1 to " + LONGEST_NAME + " characters");
    }
    return stored;
  }

  /**
   * @param madeUp whether nobody knows it yet
   */
  private record Password(String text, boolean madeUp) {
    /** Without what is secret. */
    @Override
    public String toString() {
      return "Password[madeUp=" + madeUp + "]";
    }
  }

  @SuppressWarnings("SystemConsoleNull") // it is null where standard input is no terminal
  private Password password(boolean fromInput, String email, String name) throws IOException {
    Console console = System.console();
    String password;
    if (fromInput) {
      password = firstLineOfInput();
    } else if (console != null && console.isTerminal()) {
      char[] typed = console.readPassword("Password: ");
      password = typed == null ? "" : new String(typed);
    } else {
      return new Password(Tokens.create().substring(0, 16), true);
    }
    PasswordRule.breach(password, email, name)
        .ifPresent(
            breach -> {
              throw new CommandFailure("The password " + breach);
            });
    return new Password(password, false);
  }

  private String firstLineOfInput() throws IOException {
    var input = new BufferedReader(new InputStreamReader(around.in(), StandardCharsets.UTF_8));
    String line = input.readLine();
    return line == null ? "" : line;
  }
}

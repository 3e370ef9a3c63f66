package io.bookbell.server;

import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountFields;
import io.bookbell.server.account.Accounts.NewAccount;
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
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bookbell user}. */
@Command(
    name = "user",
    description = "Accounts, made by the operator.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class UserCommand {
  private static final int LONGEST_NAME = 100;

  @Spec private CommandSpec spec;

  @Command(
      name = "add",
      description = {
        "Makes an account, beside a running server or without one.",
        "The password is asked for; where there is no terminal, one is made up and printed."
      },
      mixinStandardHelpOptions = true)
  int add(
      @Parameters(paramLabel = "EMAIL") String email,
      @Option(names = "--name", description = "How others see the user; else the e-mail's name.")
          @Nullable String name,
      @Option(
              names = "--creator",
              arity = "0..1",
              fallbackValue = "",
              paramLabel = "NAME",
              description = "Makes the user a creator, with a name that supporters see.")
          @Nullable String creator,
      @Option(names = "--operator", description = "Lets the user see how the installation does.")
          boolean operator,
      @Option(names = "--password-stdin", description = "Reads the password from standard input.")
          boolean fromInput)
      throws IOException {
    String shown = checkedName("--name", name == null ? beforeAt(email) : name);
    var wanted = new NewAccount(checkedEmail(email), shown, Passwords.hashNow(password(fromInput)));
    Account account;
    try (var data = StoredData.beside(CommandConfig.read().storage())) {
      account =
          data.database()
              .write(tx -> create(tx, wanted, creatorName(creator, shown), operator))
              .join();
    } catch (CompletionException e) {
      throw new CommandFailure(Problem.in(e).map(Problem::getMessage).orElseThrow(() -> e));
    }
    print("User " + account.id() + " is " + account.email());
    return 0;
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

  @SuppressWarnings("SystemConsoleNull") // it is null where standard input is no terminal
  private String password(boolean fromInput) throws IOException {
    Console console = System.console();
    String password;
    if (fromInput) {
      password = firstLineOfInput();
    } else if (console != null && console.isTerminal()) {
      char[] typed = console.readPassword("Password: ");
      password = typed == null ? "" : new String(typed);
    } else {
      password = Tokens.create().substring(0, 16);
      print("The password is " + password);
    }
    if (!AccountFields.isPassword(password)) {
      throw new CommandFailure("A password has 8 to 200 characters");
    }
    return password;
  }

  private static String firstLineOfInput() throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line = input.readLine();
    return line == null ? "" : line;
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}

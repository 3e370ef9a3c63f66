package io.bookbell.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.bookbell.server.Services;
import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountStore.NewAccount;
import io.bookbell.server.account.PasswordHasher;
import io.bookbell.server.account.PasswordPolicy;
import io.bookbell.server.account.ResetLinkStore.ResetLink;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.http.Problem;
import io.bookbell.server.json.TimeText;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.text.EmailAddress;
import io.bookbell.server.text.GraphemeClusters;
import io.bookbell.server.text.TextNormalizer;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code bookbell user}. */
@Command(
    name = "user",
    description = "Accounts, for the operator.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class UserCommand {
  private static final int MAX_NAME_LENGTH = 100;

  private final CommandEnvironment around;
  @Spec private CommandSpec spec;

  UserCommand(CommandEnvironment around) {
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
    String shown = requireName("--name", name == null ? localPart(email) : name);
    String address = requireEmail(email);
    @Nullable String page = requireCreatorName(creator, shown);
    Account account;
    NewPassword newPassword;
    try (var data = OpenDatabase.forConcurrentAccess(around.loadConfig().storage())) {
      newPassword =
          readPassword(fromInput, address, shown); // after the database was opened successfully
      var wanted = new NewAccount(address, shown, PasswordHasher.hashNow(newPassword.text));
      account = data.database().write(tx -> createAccount(tx, wanted, page, operator)).join();
    } catch (CompletionException e) {
      throw Problem.findIn(e)
          .<RuntimeException>map(
              problem -> new CommandException(String.valueOf(problem.getMessage())))
          .orElse(e);
    }
    printAccount(account, newPassword);
    return ExitCode.DONE;
  }

  @Command(
      name = "reset",
      description = {
        "Prints a one-time link with which a user chooses a new password.",
        "It is valid for a day; a newer one replaces it. Until it is used, the old password works."
      },
      mixinStandardHelpOptions = true)
  int reset(@Parameters(paramLabel = "EMAIL") String email) {
    String address = requireEmail(email);
    ServerConfig serverConfig = around.loadConfig();
    ResetLink link;
    try (var data = OpenDatabase.forConcurrentAccess(serverConfig.storage())) {
      link = data.database().write(tx -> createLink(tx, address)).join();
    } catch (CompletionException e) {
      throw Problem.findIn(e)
          .<RuntimeException>map(
              problem -> new CommandException(String.valueOf(problem.getMessage())))
          .orElse(e);
    }
    around.printLine(publicUrl(serverConfig) + "/reset#" + link.token());
    around.printLine(
        "Give this link to "
            + address
            + ". It is valid once, until "
            + TimeText.formatTime(link.expiresAt())
            + ".");
    return ExitCode.DONE;
  }

  @Command(
      name = "list",
      description = "Lists all accounts, the newest first: id, address, name, role.",
      mixinStandardHelpOptions = true)
  int list() {
    new UserAdministration(around).printAccounts();
    return ExitCode.DONE;
  }

  @Command(
      name = "disable",
      description = {
        "Keeps an account from being used; it keeps everything it has.",
        "Its sessions and keys end within seconds, also on a running server."
      },
      mixinStandardHelpOptions = true)
  int disable(@Parameters(paramLabel = "EMAIL") String email) {
    new UserAdministration(around).disable(requireEmail(email));
    return ExitCode.DONE;
  }

  @Command(
      name = "enable",
      description = "Lets a disabled account be used again.",
      mixinStandardHelpOptions = true)
  int enable(@Parameters(paramLabel = "EMAIL") String email) {
    new UserAdministration(around).enable(requireEmail(email));
    return ExitCode.DONE;
  }

  @Command(
      name = "set-creator",
      description = "Makes an account a creator.",
      mixinStandardHelpOptions = true)
  int setCreator(
      @Parameters(paramLabel = "EMAIL") String email,
      @Option(
              names = "--name",
              description =
                  "The name that supporters see; by default the former one, or their own.")
          @Nullable String name) {
    Optional<String> checked = Optional.ofNullable(name).map(given -> requireName("--name", given));
    new UserAdministration(around).setCreator(requireEmail(email), checked);
    return ExitCode.DONE;
  }

  @Command(
      name = "unset-creator",
      description = {
        "Makes a creator's account an ordinary one again, if it has neither supporters nor a team.",
        "It keeps everything, and set-creator brings it back. Invitations and connections end."
      },
      mixinStandardHelpOptions = true)
  int unsetCreator(@Parameters(paramLabel = "EMAIL") String email) {
    new UserAdministration(around).unsetCreator(requireEmail(email));
    return ExitCode.DONE;
  }

  @Command(
      name = "set-operator",
      description = "Lets an account see the operator's page, and do what it offers.",
      mixinStandardHelpOptions = true)
  int setOperator(
      @Parameters(paramLabel = "EMAIL") String email,
      @Option(names = "--off", description = "Makes it an ordinary account again.") boolean off) {
    new UserAdministration(around).setOperator(requireEmail(email), !off);
    return ExitCode.DONE;
  }

  @Command(
      name = "passwords",
      description = "Turns signing in with passwords on or off, for everybody.",
      mixinStandardHelpOptions = true)
  int passwords(@Parameters(paramLabel = "on|off") String state) {
    if (!state.equals("on") && !state.equals("off")) {
      throw new ParameterException(
          requireNonNull(spec.subcommands().get("passwords")),
          "Say on or off, not “" + state + "”");
    }
    new UserAdministration(around).turnPasswords(state.equals("on"));
    return ExitCode.DONE;
  }

  private static ResetLink createLink(Transaction tx, String email) {
    var services = new Services(Services.ClientNotifier.noOp());
    Account account =
        services
            .accounts
            .findByEmail(tx, email)
            .orElseThrow(() -> new CommandException("There is no account with " + email));
    return services.accountControl.createResetLink(tx, account.id());
  }

  private static String publicUrl(ServerConfig serverConfig) {
    return serverConfig
        .reach()
        .publicUrl()
        .map(PublicUrl::toString)
        .orElseGet(() -> "http://localhost:" + serverConfig.listen().port());
  }

  private void printAccount(Account account, NewPassword newPassword) {
    around.printLine("User " + account.id() + " is " + account.email());
    if (newPassword.madeUp) {
      around.printLine("The password is " + newPassword.text);
      if (around.out().checkError()) {
        throw new CommandException(
            "The account exists, but its password could not be printed on standard output; it is "
                + newPassword.text);
      }
    }
  }

  private static Account createAccount(
      Transaction tx, NewAccount wanted, @Nullable String creator, boolean operator) {
    var services = new Services(Services.ClientNotifier.noOp());
    Account account = services.accounts.create(tx, wanted, operator);
    if (creator != null) {
      services.creators.create(tx, account.id(), creator);
    }
    return account;
  }

  private static @Nullable String requireCreatorName(@Nullable String given, String displayName) {
    return given == null ? null : given.isBlank() ? displayName : requireName("--creator", given);
  }

  private static String localPart(String email) {
    int at = email.indexOf('@');
    return at > 0 ? email.substring(0, at) : email;
  }

  /** Java puts this character in place of bytes that aren't UTF-8. */
  private static void requireUnicode(String option, String text) {
    if (text.indexOf('\uFFFD') >= 0) {
      throw new CommandException(option + " must be valid UTF-8");
    }
  }

  private static String requireEmail(String email) {
    requireUnicode("The email address", email);
    return EmailAddress.of(email)
        .orElseThrow(() -> new CommandException("“" + email + "” is not an e-mail address"));
  }

  private static String requireName(String option, String name) {
    requireUnicode(option, name);
    String stored = TextNormalizer.normalizeLine(name);
    int length = GraphemeClusters.countCharacters(stored);
    boolean fits = stored.getBytes(UTF_8).length <= GraphemeClusters.mostBytes(MAX_NAME_LENGTH);
    if (length < 1
        || length > MAX_NAME_LENGTH
        || !fits
        || GraphemeClusters.hasOversizedCluster(stored)) {
      throw new CommandException(option + " must have 1 to " + MAX_NAME_LENGTH + " characters");
    }
    return stored;
  }

  /**
   * @param madeUp whether it was generated, so that it must be printed
   */
  private record NewPassword(String text, boolean madeUp) {
    /** Without the password. */
    @Override
    public String toString() {
      return "NewPassword[madeUp=" + madeUp + "]";
    }
  }

  @SuppressWarnings("SystemConsoleNull") // it is null if standard input is not a terminal
  private NewPassword readPassword(boolean fromInput, String email, String name)
      throws IOException {
    Console console = System.console();
    String password;
    if (fromInput) {
      password = readFirstLine();
    } else if (console != null && console.isTerminal()) {
      char[] typed = console.readPassword("Password: ");
      password = typed == null ? "" : new String(typed);
    } else {
      return new NewPassword(SecretTokens.createToken().substring(0, 16), true);
    }
    PasswordPolicy.findViolation(password, email, name)
        .ifPresent(
            breach -> {
              throw new CommandException("The password " + breach);
            });
    return new NewPassword(password, false);
  }

  private String readFirstLine() throws IOException {
    var input = new BufferedReader(new InputStreamReader(around.in(), StandardCharsets.UTF_8));
    String line = input.readLine();
    return line == null ? "" : line;
  }
}

package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountDirectory;
import io.bookbell.server.account.SignInMethods;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.live.LiveConnections;
import io.bookbell.server.operator.OperatorRoutes;
import io.bookbell.server.operator.OperatorService;
import io.bookbell.server.operator.OperatorService.AccountSources;
import io.bookbell.server.operator.OperatorService.ConnectionSources;
import io.bookbell.server.patreon.PatreonSource;
import io.bookbell.server.storage.Transaction;
import java.util.Collection;
import java.util.Map;

/** Wires the operator's view of people. */
final class OperatorWiring {
  private OperatorWiring() {}

  static void addRoutes(
      ApiRouter apiRouter,
      Services services,
      SignInMethods signInWays,
      LiveConnections liveConnections,
      boolean hasProviders) {
    var accountSources =
        new AccountSources(
            new AccountDirectory(),
            services.creators,
            services.identities,
            services.passkeys,
            signInWays,
            services.passwordSignInSetting,
            (tx, user) -> services.sources.findLinkTime(tx, PatreonSource.NAME, user).isPresent());
    var operatorService =
        new OperatorService(
            accountSources,
            new StoredConnections(services, liveConnections),
            services::announceCreator,
            services::closeCreator,
            hasProviders);
    new OperatorRoutes(services.accountControl, operatorService).addRoutes(apiRouter);
  }

  private record StoredConnections(Services services, LiveConnections liveConnections)
      implements ConnectionSources {
    @Override
    public Map<UserId, Integer> countConnections(Transaction tx, int most) {
      return liveConnections.countConnections(tx, most);
    }

    @Override
    public Map<String, Long> findAcknowledged(Transaction tx, Collection<UserId> users) {
      return services.receipts.findAcknowledged(tx, users);
    }

    @Override
    public Map<UserId, Long> findHeads(Transaction tx, Collection<UserId> users) {
      return services.inbox.findHeads(tx, users);
    }
  }
}

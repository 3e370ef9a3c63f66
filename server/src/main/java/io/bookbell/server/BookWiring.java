package io.bookbell.server;

import io.bookbell.server.book.BookRoutes;
import io.bookbell.server.book.BookSearch;
import io.bookbell.server.book.CoverService;
import io.bookbell.server.book.OpenLibraryClient;
import io.bookbell.server.book.ShownCovers;
import io.bookbell.server.config.ServerConfig.CatalogueConfig;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.storage.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Wires the book catalogue. */
final class BookWiring {
  private static final Duration CATALOGUE_TIMEOUT = Duration.ofSeconds(4);

  private BookWiring() {}

  /**
   * Adds the routes.
   *
   * @param address the catalogue; empty if books aren't looked up
   * @return the client, to be closed with the server
   */
  static Optional<OpenLibraryClient> addRoutes(
      ApiRouter apiRouter,
      Database database,
      Services services,
      Optional<CatalogueConfig> address,
      InstantSource clock) {
    var proxies = new EnvironmentProxies(System.getenv());
    var library =
        address.map(
            catalogueConfig -> new OpenLibraryClient(catalogueConfig, CATALOGUE_TIMEOUT, proxies));
    var shown = new ShownCovers(clock);
    BookRoutes.addRoutes(
        apiRouter,
        new BookSearch(library, address, shown, clock),
        new CoverService(
            library,
            shown,
            cover -> database.read(tx -> services.requestedBooks.hasCover(tx, cover)),
            clock));
    return library;
  }
}

package io.bookbell.server.personal;

import io.bookbell.server.http.ApiRouter;

/** {@code /api/me/export}. */
public final class ExportRoutes {
  private ExportRoutes() {}

  public static void addRoutes(ApiRouter apiRouter) {
    apiRouter.getFile(
        "/api/me/export",
        apiRequest -> {
          apiRequest.queryParameters().requireNoErrors();
          return new PersonalExport();
        });
  }
}

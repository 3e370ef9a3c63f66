package io.bookbell.server.receipt;

import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;

/**
 * {@code /api/book-requests/{id}/receipts} and {@code /seen}: whether the other side has received a
 * change.
 */
public final class ReceiptRoutes {
  private ReceiptRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, ReceiptService receiptService) {
    apiRouter.get(
        "/api/book-requests/:id/receipts",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> ApiResponse.ok(receiptService.listReceipts(tx, caller.user(), id)));
    apiRouter.get(
        "/api/book-requests/:id/seen",
        apiRequest -> apiRequest.pathId("id"),
        (tx, caller, id) -> ApiResponse.ok(receiptService.listSeenByTeam(tx, caller.user(), id)));
  }
}

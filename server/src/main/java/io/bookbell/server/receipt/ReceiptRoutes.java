package io.bookbell.server.receipt;

import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;

/** {@code /api/book-requests/{id}/receipts}: has the supporter got the answer? */
public final class ReceiptRoutes {
  private ReceiptRoutes() {}

  public static void add(Api api, Receipts receipts) {
    api.get(
        "/api/book-requests/:id/receipts",
        call -> call.pathId("id"),
        (tx, caller, id) -> Answer.ok(receipts.ofRequest(tx, caller.user(), id)));
  }
}

package io.bookbell.server.receipt;

import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Api;

/** {@code /api/book-requests/{id}/receipts} and {@code /seen}: has the other side got it? */
public final class ReceiptRoutes {
  private ReceiptRoutes() {}

  public static void add(Api api, Receipts receipts) {
    api.get(
        "/api/book-requests/:id/receipts",
        call -> call.pathId("id"),
        (tx, caller, id) -> Answer.ok(receipts.ofRequest(tx, caller.user(), id)));
    api.get(
        "/api/book-requests/:id/seen",
        call -> call.pathId("id"),
        (tx, caller, id) -> Answer.ok(receipts.seenByTeam(tx, caller.user(), id)));
  }
}

-- Taking over the data of the replaced system. A ledger line of kind 'import' counts requests that the replaced system's counter had
-- counted and that are no request here. SQLite cannot change a table's constraints, so the table is written again.

-- [jooq ignore start]
CREATE TABLE quota_ledger_new (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id  BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  kind        VARCHAR(7) NOT NULL CHECK (kind IN ('consume', 'refund', 'grant', 'carry', 'import')),
  amount      INTEGER NOT NULL CHECK (amount <> 0 AND (kind = 'grant' OR amount = 1 OR (kind = 'carry' AND amount = -1)
    OR (kind = 'import' AND amount > 0))),
  request_id  BIGINT REFERENCES book_request (id),
  period_key  VARCHAR(7) NOT NULL,
  used_after  INTEGER NOT NULL CHECK (used_after >= 0),
  allowed     INTEGER NOT NULL CHECK (allowed >= 0),
  reason      VARCHAR(300),
  actor_id    BIGINT NOT NULL REFERENCES app_user (id),
  created_at  BIGINT NOT NULL,
  CHECK ((kind IN ('grant', 'import')) = (request_id IS NULL)),
  CHECK (kind <> 'consume' OR used_after <= allowed),
  FOREIGN KEY (creator_id, user_id) REFERENCES membership (creator_id, user_id)
);
INSERT INTO quota_ledger_new (id, creator_id, user_id, kind, amount, request_id, period_key, used_after, allowed, reason, actor_id, created_at)
  SELECT id, creator_id, user_id, kind, amount, request_id, period_key, used_after, allowed, reason, actor_id, created_at FROM quota_ledger;
DROP TABLE quota_ledger;
ALTER TABLE quota_ledger_new RENAME TO quota_ledger;
CREATE INDEX quota_ledger_membership ON quota_ledger (creator_id, user_id, period_key, id);
CREATE INDEX quota_ledger_newest ON quota_ledger (creator_id, user_id, id);
CREATE UNIQUE INDEX quota_ledger_once ON quota_ledger (request_id, kind) WHERE kind IN ('consume', 'refund');
CREATE INDEX quota_ledger_request ON quota_ledger (request_id, id);
-- [jooq ignore stop]

-- What was taken over, as of the last import or export: which rows there are, and fingerprints of their values as they are stored
-- here. creator is 0 where the id says it all. refunded: whether the replaced system had given a request back, whatever its status.
-- ledger_line: a supporter's last ledger line that the import has written.
CREATE TABLE imported_row (
  kind         VARCHAR(9) NOT NULL,
  creator      BIGINT NOT NULL,
  id           BIGINT NOT NULL,
  fingerprint  VARCHAR(60) NOT NULL,
  refunded     BOOLEAN,
  ledger_line  BIGINT,
  PRIMARY KEY (kind, creator, id)
);

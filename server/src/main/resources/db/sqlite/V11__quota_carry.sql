-- The twin of postgresql/V11__quota_carry.sql. SQLite cannot change a table's constraints, so the table is written again.

-- [jooq ignore start]
CREATE TABLE quota_ledger_new (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id  BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  kind        VARCHAR(7) NOT NULL CHECK (kind IN ('consume', 'refund', 'grant', 'carry')),
  amount      INTEGER NOT NULL CHECK (amount <> 0 AND (kind = 'grant' OR amount = 1 OR (kind = 'carry' AND amount = -1))),
  request_id  BIGINT REFERENCES book_request (id),
  period_key  VARCHAR(7) NOT NULL,
  used_after  INTEGER NOT NULL CHECK (used_after >= 0),
  allowed     INTEGER NOT NULL CHECK (allowed >= 0),
  reason      VARCHAR(300),
  actor_id    BIGINT NOT NULL REFERENCES app_user (id),
  created_at  BIGINT NOT NULL,
  CHECK ((kind = 'grant') = (request_id IS NULL)),
  CHECK (kind <> 'consume' OR used_after <= allowed),
  FOREIGN KEY (creator_id, user_id) REFERENCES membership (creator_id, user_id)
);
INSERT INTO quota_ledger_new SELECT * FROM quota_ledger;
DROP TABLE quota_ledger;
ALTER TABLE quota_ledger_new RENAME TO quota_ledger;
CREATE INDEX quota_ledger_membership ON quota_ledger (creator_id, user_id, period_key, id);
CREATE INDEX quota_ledger_newest ON quota_ledger (creator_id, user_id, id);
CREATE UNIQUE INDEX quota_ledger_once ON quota_ledger (request_id, kind) WHERE kind IN ('consume', 'refund');
-- [jooq ignore stop]
CREATE INDEX quota_ledger_request ON quota_ledger (request_id, id);

-- Finds the supporters whose stored period is over.
CREATE INDEX membership_period ON membership (period_key, creator_id, user_id);

-- Whether team members may answer their own requests and grant requests to themselves.
ALTER TABLE creator ADD COLUMN self_service BOOLEAN NOT NULL DEFAULT FALSE;

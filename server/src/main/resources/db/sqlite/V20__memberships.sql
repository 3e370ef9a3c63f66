-- The twin of postgresql/V20__memberships.sql. SQLite cannot change a table's constraints, so two tables are written again. Others
-- refer to tiers; the references are checked at the end, when the rows are back.
-- [jooq ignore start]
PRAGMA defer_foreign_keys = ON;
-- [jooq ignore stop]

ALTER TABLE creator ADD COLUMN time_zone VARCHAR(60) NOT NULL DEFAULT 'UTC';

-- requests_allowed: null for unlimited. days: of a rolling period. time_zone: the creator's. most_open: how many of a supporter's requests may be pending at
-- once; null for any number. A deleted tier stays, because ended memberships refer to it. moved_to: where its supporters are moved to,
-- some at a time; until then their membership counts as one of that tier.
-- [jooq ignore start]
CREATE TABLE tier_before AS SELECT * FROM tier;
DROP TABLE tier;
CREATE TABLE tier (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id        BIGINT NOT NULL REFERENCES creator (id),
  name              VARCHAR(100) NOT NULL,
  requests_allowed  INTEGER CHECK (requests_allowed >= 0),
  period            VARCHAR(7) NOT NULL CHECK (period IN ('none', 'month', 'week', 'rolling')),
  created_at        BIGINT NOT NULL,
  days              INTEGER,
  most_open         INTEGER CHECK (most_open > 0),
  auto_approve      BOOLEAN NOT NULL DEFAULT FALSE,
  time_zone         VARCHAR(60) NOT NULL DEFAULT 'UTC',
  deleted_at        BIGINT,
  moved_to          BIGINT,
  UNIQUE (creator_id, id),
  CHECK ((period = 'rolling') = (days IS NOT NULL) AND (days IS NULL OR days BETWEEN 1 AND 366))
);
INSERT INTO tier (id, creator_id, name, requests_allowed, period, created_at)
  SELECT id, creator_id, name, requests_allowed, period, created_at FROM tier_before;
DROP TABLE tier_before;
-- [jooq ignore stop]
CREATE UNIQUE INDEX tier_name ON tier (creator_id, name) WHERE deleted_at IS NULL;
CREATE INDEX tier_moved_to ON tier (moved_to) WHERE moved_to IS NOT NULL;

-- own_allowed: in place of the tier's. turns_at: when the period of period_key ends; of rolling days, when the next of what counts
-- stops counting; null for never. 0: to be calculated.
ALTER TABLE membership ADD COLUMN own_allowed INTEGER CHECK (own_allowed >= 0);
ALTER TABLE membership ADD COLUMN turns_at BIGINT;
ALTER TABLE membership ADD COLUMN blocked_at BIGINT;
UPDATE membership SET turns_at = 0 WHERE period_key <> 'none' AND ended_at IS NULL;
DROP INDEX membership_period;
CREATE INDEX membership_turn ON membership (turns_at, creator_id, user_id);

-- A line of kind 'expire' takes out of a rolling period what was used longer ago than its days, and puts it back with the opposite
-- sign before a refund; one of kind 'lapse' does the same for grants. allowed is null where it was unlimited.
-- [jooq ignore start]
CREATE TABLE quota_ledger_new (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id  BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  kind        VARCHAR(7) NOT NULL
    CHECK (kind IN ('consume', 'refund', 'grant', 'carry', 'import', 'expire', 'lapse')),
  amount      INTEGER NOT NULL CHECK (amount <> 0 AND (kind IN ('grant', 'lapse') OR amount = 1
    OR (kind = 'carry' AND amount = -1) OR (kind = 'import' AND amount > 0)
    OR (kind = 'expire' AND (amount = -1 OR (amount < 0 AND request_id IS NULL))))),
  request_id  BIGINT REFERENCES book_request (id),
  period_key  VARCHAR(7) NOT NULL,
  used_after  INTEGER NOT NULL CHECK (used_after >= 0),
  allowed     INTEGER CHECK (allowed >= 0),
  reason      VARCHAR(300),
  actor_id    BIGINT NOT NULL REFERENCES app_user (id),
  created_at  BIGINT NOT NULL,
  counter     VARCHAR(6) CHECK (counter = 'legacy'),
  CHECK (kind = 'expire' OR (kind IN ('grant', 'import', 'lapse')) = (request_id IS NULL)),
  CHECK (kind <> 'consume' OR used_after <= allowed),
  FOREIGN KEY (creator_id, user_id) REFERENCES membership (creator_id, user_id)
);
INSERT INTO quota_ledger_new (id, creator_id, user_id, kind, amount, request_id, period_key, used_after, allowed, reason, actor_id, created_at, counter)
  SELECT id, creator_id, user_id, kind, amount, request_id, period_key, used_after, allowed, reason, actor_id, created_at, counter FROM quota_ledger;
DROP TABLE quota_ledger;
ALTER TABLE quota_ledger_new RENAME TO quota_ledger;
CREATE INDEX quota_ledger_membership ON quota_ledger (creator_id, user_id, period_key, id);
CREATE INDEX quota_ledger_newest ON quota_ledger (creator_id, user_id, id);
CREATE UNIQUE INDEX quota_ledger_once ON quota_ledger (request_id, kind) WHERE kind IN ('consume', 'refund');
CREATE INDEX quota_ledger_request ON quota_ledger (request_id, id);
-- [jooq ignore stop]

-- How many of a supporter's requests are pending.
CREATE INDEX book_request_open ON book_request (creator_id, user_id) WHERE status = 'pending';

-- answer: answers and replies. people: also manages supporters, tiers and invitations. everything: also the profile.
ALTER TABLE team_member ADD COLUMN role VARCHAR(10) NOT NULL DEFAULT 'everything'
  CHECK (role IN ('answer', 'people', 'everything'));
ALTER TABLE invitation ADD COLUMN team_role VARCHAR(10) CHECK (team_role IN ('answer', 'people', 'everything'));

-- A one-time link with which somebody else takes over a creator's account, under a new address.
CREATE TABLE account_handover (
  user_id     BIGINT NOT NULL PRIMARY KEY REFERENCES app_user (id),
  email       VARCHAR(254) NOT NULL,
  token_hash  VARCHAR(64) NOT NULL UNIQUE,
  expires_at  BIGINT NOT NULL
);
CREATE INDEX account_handover_expiry ON account_handover (expires_at);

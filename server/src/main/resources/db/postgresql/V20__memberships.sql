-- Periods of weeks and of rolling days, in the creator's time zone; unlimited tiers; the other terms of a tier; tiers and supporters
-- that a creator has removed; a supporter's own allowance; roles within the team.

ALTER TABLE creator ADD COLUMN time_zone VARCHAR(60) NOT NULL DEFAULT 'UTC';

-- requests_allowed: null for unlimited. days: of a rolling period. time_zone: the creator's. most_open: how many of a supporter's requests may be pending at
-- once; null for any number. A deleted tier stays, because ended memberships refer to it. moved_to: where its supporters are moved to,
-- some at a time; until then their membership counts as one of that tier.
-- [jooq ignore start]
ALTER TABLE tier ALTER COLUMN requests_allowed DROP NOT NULL;
ALTER TABLE tier ALTER COLUMN period TYPE VARCHAR(7);
ALTER TABLE tier ADD COLUMN days INTEGER;
ALTER TABLE tier ADD COLUMN most_open INTEGER CHECK (most_open > 0);
ALTER TABLE tier ADD COLUMN auto_approve BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tier ADD COLUMN time_zone VARCHAR(60) NOT NULL DEFAULT 'UTC';
ALTER TABLE tier ADD COLUMN deleted_at BIGINT;
ALTER TABLE tier ADD COLUMN moved_to BIGINT;
ALTER TABLE tier DROP CONSTRAINT tier_period_check;
ALTER TABLE tier ADD CONSTRAINT tier_period_check CHECK (period IN ('none', 'month', 'week', 'rolling'));
ALTER TABLE tier ADD CONSTRAINT tier_days_check
  CHECK ((period = 'rolling') = (days IS NOT NULL) AND (days IS NULL OR days BETWEEN 1 AND 366));
ALTER TABLE tier DROP CONSTRAINT tier_creator_id_name_key;
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
ALTER TABLE quota_ledger ALTER COLUMN allowed DROP NOT NULL;
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_kind_check;
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_amount_check;
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_request_check;
ALTER TABLE quota_ledger ADD CONSTRAINT quota_ledger_kind_check
  CHECK (kind IN ('consume', 'refund', 'grant', 'carry', 'import', 'expire', 'lapse'));
ALTER TABLE quota_ledger ADD CONSTRAINT quota_ledger_amount_check
  CHECK (amount <> 0 AND (kind IN ('grant', 'lapse') OR amount = 1 OR (kind = 'carry' AND amount = -1)
    OR (kind = 'import' AND amount > 0)
    OR (kind = 'expire' AND (amount = -1 OR (amount < 0 AND request_id IS NULL)))));
ALTER TABLE quota_ledger ADD CONSTRAINT quota_ledger_request_check
  CHECK (kind = 'expire' OR (kind IN ('grant', 'import', 'lapse')) = (request_id IS NULL));
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

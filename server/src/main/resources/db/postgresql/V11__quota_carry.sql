-- What is used follows a supporter to a tier with another period: each request that counts in the period left behind also
-- counts in the new one, by a line of kind 'carry' and amount 1. A refund takes it out again with a line of amount -1.

-- [jooq ignore start]
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_kind_check;
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_check;
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_request_id_kind_key;
ALTER TABLE quota_ledger ADD CONSTRAINT quota_ledger_kind_check CHECK (kind IN ('consume', 'refund', 'grant', 'carry'));
ALTER TABLE quota_ledger ADD CONSTRAINT quota_ledger_amount_check
  CHECK (amount <> 0 AND (kind = 'grant' OR amount = 1 OR (kind = 'carry' AND amount = -1)));
CREATE UNIQUE INDEX quota_ledger_once ON quota_ledger (request_id, kind) WHERE kind IN ('consume', 'refund');
-- [jooq ignore stop]
CREATE INDEX quota_ledger_request ON quota_ledger (request_id, id);

-- Finds the supporters whose stored period is over.
CREATE INDEX membership_period ON membership (period_key, creator_id, user_id);

-- Whether team members may answer their own requests and grant requests to themselves.
ALTER TABLE creator ADD COLUMN self_service BOOLEAN NOT NULL DEFAULT FALSE;

-- Indexes that give lists in their order.

CREATE INDEX quota_ledger_newest ON quota_ledger (creator_id, user_id, id);
CREATE INDEX membership_user_creator ON membership (user_id, creator_id);
DROP INDEX membership_user;

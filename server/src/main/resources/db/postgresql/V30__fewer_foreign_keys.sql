-- PostgreSQL runs a query for each row and each of its foreign keys. What these refer to was locked or written before in the same
-- transaction, or is referred to by another key. SQLite keeps them: see docs/decisions/0062.

-- [jooq ignore start]
ALTER TABLE book_request DROP CONSTRAINT IF EXISTS book_request_creator_id_fkey, DROP CONSTRAINT IF EXISTS book_request_user_id_fkey;
ALTER TABLE quota_ledger DROP CONSTRAINT IF EXISTS quota_ledger_actor_id_fkey;
ALTER TABLE activity DROP CONSTRAINT IF EXISTS activity_creator_id_fkey, DROP CONSTRAINT IF EXISTS activity_actor_id_fkey,
  DROP CONSTRAINT IF EXISTS activity_request_id_fkey;
ALTER TABLE notification DROP CONSTRAINT IF EXISTS notification_creator_id_fkey, DROP CONSTRAINT IF EXISTS notification_request_id_fkey;
ALTER TABLE message DROP CONSTRAINT IF EXISTS message_request_id_fkey;
ALTER TABLE idempotency_key DROP CONSTRAINT IF EXISTS idempotency_key_user_id_fkey;
-- [jooq ignore stop]

-- PostgreSQL runs a query for each row and each of its foreign keys. What these refer to was locked or written before in the same
-- transaction, or is referred to by another key. SQLite keeps them: see docs/decisions/0062.

ALTER TABLE book_request DROP CONSTRAINT book_request_creator_id_fkey, DROP CONSTRAINT book_request_user_id_fkey;
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_actor_id_fkey;
ALTER TABLE activity DROP CONSTRAINT activity_creator_id_fkey, DROP CONSTRAINT activity_actor_id_fkey,
  DROP CONSTRAINT activity_request_id_fkey;
ALTER TABLE notification DROP CONSTRAINT notification_creator_id_fkey, DROP CONSTRAINT notification_request_id_fkey;
ALTER TABLE message DROP CONSTRAINT message_request_id_fkey;
ALTER TABLE idempotency_key DROP CONSTRAINT idempotency_key_user_id_fkey;

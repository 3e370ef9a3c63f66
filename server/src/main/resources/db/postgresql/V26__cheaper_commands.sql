-- A create writes some 14 rows into inboxes, of four messages, and seven words. What each of these rows cost beyond itself is
-- here written or checked once for each message, or not at all: see docs/decisions/0055.

-- [jooq ignore start]
-- The transaction that wrote the message, and with it the rows in the inboxes.
ALTER TABLE message ADD COLUMN xid xid8 NOT NULL DEFAULT '0';
ALTER TABLE message ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
CREATE INDEX message_xid ON message (xid);
-- inbox.xid stays filled, without its index, because nodes of the previous version look for it while they are replaced one by one.
DROP INDEX inbox_xid;

-- What they refer to was locked or written just before, in the same transaction. SQLite keeps these constraints.
ALTER TABLE inbox DROP CONSTRAINT inbox_user_id_fkey, DROP CONSTRAINT inbox_message_id_fkey;
ALTER TABLE request_word DROP CONSTRAINT request_word_request_id_fkey;
ALTER TABLE notification_recipient DROP CONSTRAINT notification_recipient_user_id_fkey,
  DROP CONSTRAINT notification_recipient_notification_id_fkey, DROP CONSTRAINT notification_recipient_creator_id_fkey;
-- [jooq ignore stop]

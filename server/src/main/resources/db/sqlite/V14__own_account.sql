-- The twin of postgresql/V14__own_account.sql.
-- Who has another name since a moment ago. The words of the name are in request_word with each request, where
-- HousekeepingWorker replaces them; requests with ids up to indexed_up_to have the words of the new name.
CREATE TABLE renamed_supporter (
  user_id        BIGINT NOT NULL PRIMARY KEY REFERENCES app_user (id),
  changed_at     BIGINT NOT NULL,
  indexed_up_to  BIGINT NOT NULL
);

-- id: random, by which its owner names a session. client and address: what was last used with it. renewed_at: when its cookie was
-- set last. A session ends 180 days after its beginning at the latest.
ALTER TABLE session ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN client VARCHAR(100);
ALTER TABLE session ADD COLUMN address VARCHAR(45);
ALTER TABLE session ADD COLUMN renewed_at BIGINT NOT NULL DEFAULT 0;
-- [jooq ignore start]
UPDATE session SET id = abs(random() % 9007199254740990) + 1;
-- [jooq ignore stop]
UPDATE session SET renewed_at = last_used_at;
UPDATE session SET expires_at = created_at + 15552000000 WHERE expires_at > created_at + 15552000000;

-- The one-time link with which somebody who has forgotten the password chooses another.
CREATE TABLE reset_link (
  token_hash  VARCHAR(64) NOT NULL PRIMARY KEY,
  user_id     BIGINT NOT NULL UNIQUE REFERENCES app_user (id),
  expires_at  BIGINT NOT NULL
);
CREATE INDEX reset_link_expiry ON reset_link (expires_at);

-- What somebody has written and done, for the export of one's own data.
CREATE INDEX reply_author ON reply (user_id, id);
CREATE INDEX activity_of_actor ON activity (actor_id, id);

-- A removed account keeps its row, which requests and the ledger refer to, without anything personal in it. Its memberships have
-- ended; what was done in them stays.
ALTER TABLE app_user ADD COLUMN removed_at BIGINT;
ALTER TABLE membership ADD COLUMN ended_at BIGINT;

-- Removed accounts whose names still stand in stored texts (activity, notifications, messages), where HousekeepingWorker replaces
-- them: which kind of text it is at (step), and up to which id it has replaced them there.
CREATE TABLE name_erasure (
  user_id    BIGINT NOT NULL PRIMARY KEY REFERENCES app_user (id),
  queued_at  BIGINT NOT NULL,
  step       INTEGER NOT NULL,
  up_to      BIGINT NOT NULL
);

-- The twin of postgresql/V15__keys.sql.

-- A key with which a program acts for its user. token_hash is the hash of the key, which is shown once; key_start is its beginning,
-- by which its owner recognises it. scopes are words with spaces between them. expires_at is null for a key that does not expire;
-- last_used_at is exact to a minute, and null for a key that was never used.
CREATE TABLE api_key (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id       BIGINT NOT NULL REFERENCES app_user (id),
  name          VARCHAR(2600) NOT NULL,
  key_start     VARCHAR(8) NOT NULL,
  token_hash    VARCHAR(64) NOT NULL UNIQUE,
  scopes        VARCHAR(40) NOT NULL,
  created_at    BIGINT NOT NULL,
  expires_at    BIGINT,
  last_used_at  BIGINT
);
CREATE INDEX api_key_owner ON api_key (user_id, id);
CREATE INDEX api_key_expiry ON api_key (expires_at);

-- The twin of postgresql/V2__nodes.sql. One process serves a SQLite file, so it has no poll and needs no xid columns.

CREATE TABLE ended_session (
  token_hash  VARCHAR(64) NOT NULL PRIMARY KEY,
  user_id     BIGINT NOT NULL REFERENCES app_user (id),
  ended_at    BIGINT NOT NULL
);
CREATE INDEX ended_session_owner ON ended_session (user_id);
CREATE INDEX ended_session_age ON ended_session (ended_at);

-- How often the password of an address was wrong in the window that began with the first time; by a hash, for anybody
-- can think of addresses.
CREATE TABLE login_failure (
  email_hash      VARCHAR(64) NOT NULL PRIMARY KEY,
  failures        INTEGER NOT NULL CHECK (failures >= 1),
  window_ends_at  BIGINT NOT NULL
);
CREATE INDEX login_failure_end ON login_failure (window_ends_at);

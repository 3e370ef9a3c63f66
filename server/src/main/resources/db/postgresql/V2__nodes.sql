-- What several nodes on one database need to find each other's commits.

-- A session that is over, for the nodes that hold its sockets; kept for an hour.
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

-- [jooq ignore start]
-- The transaction that wrote the row. Transactions become visible out of the order of their ids; a poll that reads
-- everything from the oldest one that was still running at the last poll misses none.
ALTER TABLE inbox ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX inbox_xid ON inbox (xid);
ALTER TABLE ended_session ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX ended_session_xid ON ended_session (xid);
ALTER TABLE creator ADD COLUMN shown_xid xid8 NOT NULL DEFAULT '0'; -- a new one is shown to nobody yet
CREATE INDEX creator_shown_xid ON creator (shown_xid);

CREATE FUNCTION creator_is_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.shown_xid := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER creator_is_shown BEFORE UPDATE OF version ON creator
  FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION creator_is_shown();
-- [jooq ignore stop]

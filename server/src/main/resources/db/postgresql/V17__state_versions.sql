-- How often something has changed of which connected users are told without a number, and which has no version in a row of its
-- own: a list of the team (by kind of change), or the followers of a request (request_id; 0 for none).
CREATE TABLE state_version (
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  kind        VARCHAR(60) NOT NULL,
  request_id  BIGINT NOT NULL DEFAULT 0,
  version     BIGINT NOT NULL CHECK (version >= 1),
  PRIMARY KEY (creator_id, kind, request_id)
);

-- [jooq ignore start]
-- The transaction that wrote the row: what other nodes poll for, as in V2.
ALTER TABLE state_version ADD COLUMN xid xid8 NOT NULL DEFAULT '0';
CREATE INDEX state_version_xid ON state_version (xid);

CREATE FUNCTION state_is_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.xid := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER state_is_changed BEFORE INSERT OR UPDATE ON state_version
  FOR EACH ROW EXECUTE FUNCTION state_is_changed();
-- [jooq ignore stop]

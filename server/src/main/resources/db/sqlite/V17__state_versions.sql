-- The twin of postgresql/V17__state_versions.sql. One process serves a SQLite file, so it has no poll and needs no xid column.
CREATE TABLE state_version (
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  kind        VARCHAR(60) NOT NULL,
  request_id  BIGINT NOT NULL DEFAULT 0,
  version     BIGINT NOT NULL CHECK (version >= 1),
  PRIMARY KEY (creator_id, kind, request_id)
);

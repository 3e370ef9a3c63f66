-- The twin of postgresql/V7__creator_look.sql.
ALTER TABLE creator ADD COLUMN colour VARCHAR(7);
ALTER TABLE creator ADD COLUMN picture_version BIGINT;

CREATE TABLE creator_picture (
  creator_id  BIGINT NOT NULL PRIMARY KEY REFERENCES creator (id),
  media_type  VARCHAR(20) NOT NULL,
  content     BLOB NOT NULL
);

-- How a creator looks to its supporters: a colour, and a picture that is served under the number of its version.
ALTER TABLE creator ADD COLUMN colour VARCHAR(7);
ALTER TABLE creator ADD COLUMN picture_version BIGINT;

CREATE TABLE creator_picture (
  creator_id  BIGINT NOT NULL PRIMARY KEY REFERENCES creator (id),
  media_type  VARCHAR(20) NOT NULL,
  content     BYTEA NOT NULL
);

-- Covers, what was asked for already, and who follows what others asked for.

ALTER TABLE creator ADD COLUMN shows_asked BOOLEAN NOT NULL DEFAULT TRUE;

-- cover_id: of the catalogue's picture. indexed: whether the words are in request_word.
ALTER TABLE book_request ADD COLUMN cover_id INTEGER CHECK (cover_id > 0);
ALTER TABLE book_request ADD COLUMN indexed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX book_request_indexed ON book_request (indexed, id);

-- The words of titles and authors, in the form in which they are compared. Compared as bytes, so that a range is a prefix.
CREATE TABLE request_word (
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  word        VARCHAR(40) NOT NULL,
  request_id  BIGINT NOT NULL REFERENCES book_request (id),
  PRIMARY KEY (creator_id, word, request_id)
);
-- [jooq ignore start]
ALTER TABLE request_word ALTER COLUMN word TYPE VARCHAR(40) COLLATE "C";
-- [jooq ignore stop]
CREATE INDEX request_word_request ON request_word (request_id, word);

-- Who wants what somebody else asked for. It ends with the membership.
CREATE TABLE request_follower (
  request_id  BIGINT NOT NULL REFERENCES book_request (id),
  user_id     BIGINT NOT NULL,
  creator_id  BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (request_id, user_id),
  FOREIGN KEY (creator_id, user_id) REFERENCES membership (creator_id, user_id) ON DELETE CASCADE
);
CREATE INDEX request_follower_user ON request_follower (user_id, request_id);

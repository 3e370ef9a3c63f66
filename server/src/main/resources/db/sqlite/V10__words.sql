-- The twin of postgresql/V10__words.sql.

-- [jooq ignore start]
DROP TRIGGER request_is_findable;
DROP TRIGGER request_is_findable_anew;
DROP TRIGGER request_is_no_longer_findable;
DROP TRIGGER asker_is_findable;
DROP TABLE book_request_text;
-- [jooq ignore stop]

-- book_request.indexed is no longer used: see search_backlog.
DROP INDEX book_request_indexed;

-- of_book: whether the word is of title, author or ISBN, which other supporters may see.
DROP TABLE request_word;
CREATE TABLE request_word (
  creator_id  BIGINT NOT NULL,
  word        VARCHAR(40) NOT NULL,
  request_id  BIGINT NOT NULL REFERENCES book_request (id),
  of_book     BOOLEAN NOT NULL,
  PRIMARY KEY (creator_id, word, request_id)
);
CREATE INDEX request_word_request ON request_word (request_id, word);

-- Requests with smaller ids are not in request_word yet. No row: all are.
CREATE TABLE search_backlog (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  below  BIGINT NOT NULL
);
INSERT INTO search_backlog (id, below) SELECT 1, id + 1 FROM book_request ORDER BY id DESC LIMIT 1;

-- The words of the name as searches compare them; null until an older row is brought up to date.
ALTER TABLE app_user ADD COLUMN name_key VARCHAR;

-- [jooq ignore start]
CREATE INDEX app_user_without_key ON app_user (id) WHERE name_key IS NULL;
-- [jooq ignore stop]

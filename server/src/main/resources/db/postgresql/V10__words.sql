-- One index of words for every search, in the form that the program gives them, so that both databases find alike.

-- [jooq ignore start]
DROP TRIGGER request_is_findable ON book_request;
DROP TRIGGER asker_is_findable ON app_user;
DROP FUNCTION request_is_findable();
DROP FUNCTION asker_is_findable();
DROP INDEX book_request_threes;
ALTER TABLE book_request DROP COLUMN threes;
DROP FUNCTION request_threes(text, text, text, text, bigint);
DROP FUNCTION threes(text);
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
-- [jooq ignore start]
ALTER TABLE request_word ALTER COLUMN word TYPE VARCHAR(40) COLLATE "C";
-- [jooq ignore stop]
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

-- The program counts characters as people see them; the database only bounds what it stores.
ALTER TABLE app_user ALTER COLUMN display_name TYPE VARCHAR(2600);
ALTER TABLE creator ALTER COLUMN name TYPE VARCHAR(2600), ALTER COLUMN notice TYPE VARCHAR(12600), ALTER COLUMN rules TYPE VARCHAR(50100);
ALTER TABLE tier ALTER COLUMN name TYPE VARCHAR(2600);
ALTER TABLE canned_response ALTER COLUMN name TYPE VARCHAR(2600), ALTER COLUMN body TYPE VARCHAR(100100);
ALTER TABLE book_request ALTER COLUMN title TYPE VARCHAR(7600), ALTER COLUMN author TYPE VARCHAR(7600),
  ALTER COLUMN isbn TYPE VARCHAR(600), ALTER COLUMN note TYPE VARCHAR(100100), ALTER COLUMN response TYPE VARCHAR(100100);
ALTER TABLE reply ALTER COLUMN body TYPE VARCHAR(100100);
ALTER TABLE quota_ledger ALTER COLUMN reason TYPE VARCHAR(7600);
ALTER TABLE activity ALTER COLUMN detail TYPE VARCHAR;
ALTER TABLE notification ALTER COLUMN text TYPE VARCHAR;
-- [jooq ignore stop]

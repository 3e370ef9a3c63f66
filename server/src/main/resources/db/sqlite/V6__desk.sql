-- The twin of postgresql/V6__desk.sql.

ALTER TABLE creator ADD COLUMN rules VARCHAR(2000) NOT NULL DEFAULT '';

CREATE TABLE canned_response (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  name        VARCHAR(60) NOT NULL,
  body        VARCHAR(4000) NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (creator_id, name)
);
CREATE INDEX canned_response_creator ON canned_response (creator_id, id);

CREATE INDEX book_request_updated ON book_request (creator_id, updated_at, id);
CREATE INDEX book_request_status_updated ON book_request (creator_id, status, updated_at, id);

CREATE INDEX activity_kind ON activity (creator_id, kind, id);
CREATE INDEX activity_actor ON activity (creator_id, actor_id, id);
CREATE INDEX activity_time ON activity (creator_id, created_at, id);

-- How many requests of a creator stand where. Kept by triggers, under the lock of the creator's row.
CREATE TABLE request_count (
  creator_id  BIGINT NOT NULL REFERENCES creator (id) ON DELETE CASCADE,
  status      VARCHAR(9) NOT NULL,
  amount      INTEGER NOT NULL,
  PRIMARY KEY (creator_id, status)
);
INSERT INTO request_count (creator_id, status, amount)
  SELECT creator_id, status, count(*) FROM book_request GROUP BY creator_id, status;

-- [jooq ignore start]
CREATE TRIGGER request_is_counted AFTER INSERT ON book_request BEGIN
  INSERT INTO request_count (creator_id, status, amount) VALUES (NEW.creator_id, NEW.status, 1)
    ON CONFLICT (creator_id, status) DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER request_is_counted_anew AFTER UPDATE OF creator_id, status ON book_request BEGIN
  UPDATE request_count SET amount = amount - 1 WHERE creator_id = OLD.creator_id AND status = OLD.status;
  INSERT INTO request_count (creator_id, status, amount) VALUES (NEW.creator_id, NEW.status, 1)
    ON CONFLICT (creator_id, status) DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER request_is_no_longer_counted AFTER DELETE ON book_request BEGIN
  UPDATE request_count SET amount = amount - 1 WHERE creator_id = OLD.creator_id AND status = OLD.status;
END;

-- Finds a text of three characters or more anywhere, in capital or small letters. It holds the index only, not the texts.
CREATE VIRTUAL TABLE book_request_text USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
INSERT INTO book_request_text (rowid, text)
  SELECT r.id, r.title || char(10) || r.author || char(10) || coalesce(r.isbn, '') || char(10) || coalesce(r.note, '')
    || char(10) || u.display_name
  FROM book_request r JOIN app_user u ON u.id = r.user_id;

CREATE TRIGGER request_is_findable AFTER INSERT ON book_request BEGIN
  INSERT INTO book_request_text (rowid, text)
    SELECT NEW.id, NEW.title || char(10) || NEW.author || char(10) || coalesce(NEW.isbn, '') || char(10)
      || coalesce(NEW.note, '') || char(10) || display_name
    FROM app_user WHERE id = NEW.user_id;
END;
CREATE TRIGGER request_is_findable_anew AFTER UPDATE OF title, author, isbn, note, user_id ON book_request BEGIN
  DELETE FROM book_request_text WHERE rowid = OLD.id;
  INSERT INTO book_request_text (rowid, text)
    SELECT NEW.id, NEW.title || char(10) || NEW.author || char(10) || coalesce(NEW.isbn, '') || char(10)
      || coalesce(NEW.note, '') || char(10) || display_name
    FROM app_user WHERE id = NEW.user_id;
END;
CREATE TRIGGER request_is_no_longer_findable AFTER DELETE ON book_request BEGIN
  DELETE FROM book_request_text WHERE rowid = OLD.id;
END;
CREATE TRIGGER asker_is_findable AFTER UPDATE OF display_name ON app_user BEGIN
  DELETE FROM book_request_text WHERE rowid IN (SELECT id FROM book_request WHERE user_id = NEW.id);
  INSERT INTO book_request_text (rowid, text)
    SELECT id, title || char(10) || author || char(10) || coalesce(isbn, '') || char(10) || coalesce(note, '')
      || char(10) || NEW.display_name
    FROM book_request WHERE user_id = NEW.id;
END;
-- [jooq ignore stop]

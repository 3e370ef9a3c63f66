-- Taking over the data of the replaced system. A ledger line of kind 'import' counts requests that the replaced system's counter had
-- counted and that are no request here.

-- [jooq ignore start]
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_kind_check;
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_amount_check;
ALTER TABLE quota_ledger DROP CONSTRAINT quota_ledger_check1;
ALTER TABLE quota_ledger ADD CONSTRAINT quota_ledger_kind_check
  CHECK (kind IN ('consume', 'refund', 'grant', 'carry', 'import'));
ALTER TABLE quota_ledger ADD CONSTRAINT quota_ledger_amount_check
  CHECK (amount <> 0 AND (kind = 'grant' OR amount = 1 OR (kind = 'carry' AND amount = -1)
    OR (kind = 'import' AND amount > 0)));
ALTER TABLE quota_ledger ADD CONSTRAINT quota_ledger_request_check
  CHECK ((kind IN ('grant', 'import')) = (request_id IS NULL));

-- Counts new requests once per statement, and not at all in a transaction that counts at its end: PostgreSQL has to step over every
-- older version of a counter, so counting a million requests in one transaction would take hours.
DROP TRIGGER request_is_counted ON book_request;
CREATE FUNCTION requests_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('bookbell.counts_at_end', true) = 'on' THEN
    RETURN NULL;
  END IF;
  INSERT INTO request_count (creator_id, status, amount)
    SELECT creator_id, status, count(*) FROM added GROUP BY creator_id, status ORDER BY creator_id, status
    ON CONFLICT (creator_id, status) DO UPDATE SET amount = request_count.amount + EXCLUDED.amount;
  RETURN NULL;
END $$;
CREATE TRIGGER requests_are_counted AFTER INSERT ON book_request
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION requests_are_counted();
CREATE OR REPLACE FUNCTION request_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('bookbell.counts_at_end', true) = 'on' THEN
    RETURN NULL;
  END IF;
  UPDATE request_count SET amount = amount - 1 WHERE creator_id = OLD.creator_id AND status = OLD.status;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO request_count (creator_id, status, amount) VALUES (NEW.creator_id, NEW.status, 1)
      ON CONFLICT (creator_id, status) DO UPDATE SET amount = request_count.amount + 1;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER request_is_counted AFTER DELETE OR UPDATE OF creator_id, status ON book_request
  FOR EACH ROW EXECUTE FUNCTION request_is_counted();
-- [jooq ignore stop]

-- What was taken over, as of the last import or export: which rows there are, and fingerprints of their values as they are stored
-- here. creator is 0 where the id says it all. refunded: whether the replaced system had given a request back, whatever its status.
-- ledger_line: a supporter's last ledger line that the import has written.
CREATE TABLE imported_row (
  kind         VARCHAR(9) NOT NULL,
  creator      BIGINT NOT NULL,
  id           BIGINT NOT NULL,
  fingerprint  VARCHAR(60) NOT NULL,
  refunded     BOOLEAN,
  ledger_line  BIGINT,
  PRIMARY KEY (kind, creator, id)
);

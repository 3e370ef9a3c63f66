-- PostgreSQL reads the text of every CHECK constraint anew for each statement. Those of these two tables took more time than the rest of
-- an insert. A trigger is compiled once per connection; its conditions are those of the constraints. SQLite compiles constraints with the
-- statement and keeps them: see docs/decisions/0064.

-- [jooq ignore start]
ALTER TABLE quota_ledger DROP CONSTRAINT IF EXISTS quota_ledger_kind_check, DROP CONSTRAINT IF EXISTS quota_ledger_amount_check,
  DROP CONSTRAINT IF EXISTS quota_ledger_request_check, DROP CONSTRAINT IF EXISTS quota_ledger_check2,
  DROP CONSTRAINT IF EXISTS quota_ledger_counter_check, DROP CONSTRAINT IF EXISTS quota_ledger_allowed_check,
  DROP CONSTRAINT IF EXISTS quota_ledger_used_after_check;
CREATE FUNCTION ledger_line_is_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (NEW.kind IN ('consume', 'refund', 'grant', 'carry', 'import', 'expire', 'lapse')
      AND NEW.amount <> 0
      AND (NEW.kind IN ('grant', 'lapse') OR NEW.amount = 1 OR (NEW.kind = 'carry' AND NEW.amount = -1)
        OR (NEW.kind = 'import' AND NEW.amount > 0)
        OR (NEW.kind = 'expire' AND (NEW.amount = -1 OR (NEW.amount < 0 AND NEW.request_id IS NULL))))
      AND (NEW.kind = 'expire' OR (NEW.kind IN ('grant', 'import', 'lapse')) = (NEW.request_id IS NULL))
      AND (NEW.kind <> 'consume' OR NEW.used_after <= NEW.allowed)
      AND NEW.used_after >= 0 AND NEW.allowed >= 0 AND NEW.counter = 'legacy') THEN
    RAISE EXCEPTION 'The line violates a constraint of quota_ledger' USING ERRCODE = 'check_violation', TABLE = 'quota_ledger';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_line_is_checked BEFORE INSERT OR UPDATE ON quota_ledger
  FOR EACH ROW EXECUTE FUNCTION ledger_line_is_checked();

ALTER TABLE book_request DROP CONSTRAINT IF EXISTS book_request_status_check, DROP CONSTRAINT IF EXISTS book_request_check,
  DROP CONSTRAINT IF EXISTS book_request_cover_id_check, DROP CONSTRAINT IF EXISTS book_request_reply_count_check,
  DROP CONSTRAINT IF EXISTS book_request_revision_check;
CREATE FUNCTION request_is_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (NEW.status IN ('pending', 'approved', 'rejected', 'completed', 'cancelled')
      AND NEW.refunded = (NEW.status IN ('rejected', 'cancelled'))
      AND NEW.revision >= 1 AND NEW.reply_count >= 0 AND NEW.cover_id > 0) THEN
    RAISE EXCEPTION 'The row violates a constraint of book_request' USING ERRCODE = 'check_violation', TABLE = 'book_request';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER request_is_checked BEFORE INSERT OR UPDATE ON book_request
  FOR EACH ROW EXECUTE FUNCTION request_is_checked();
-- [jooq ignore stop]

-- Fails a statement that has written another number of rows than it must. So the commit can be sent together with the statement.

-- [jooq ignore start]
CREATE FUNCTION require_rows(written bigint, wanted bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF written <> wanted THEN
    RAISE EXCEPTION '% rows written instead of %', written, wanted USING ERRCODE = 'raise_exception';
  END IF;
  RETURN TRUE;
END $$;
-- [jooq ignore stop]

-- The names that a move between tiers records may be as long as those of the tiers, since V10. exported: a row that was made here, and
-- written into the replaced system, under an id that was given here.

-- [jooq ignore start]
ALTER TABLE tier_change ALTER COLUMN old_tier TYPE VARCHAR(2600), ALTER COLUMN new_tier TYPE VARCHAR(2600);
-- [jooq ignore stop]
ALTER TABLE imported_row ADD COLUMN exported BOOLEAN NOT NULL DEFAULT FALSE;

-- The names that a move between tiers records may be as long as those of the tiers, since V10.

-- [jooq ignore start]
ALTER TABLE tier_change ALTER COLUMN old_tier TYPE VARCHAR(2600), ALTER COLUMN new_tier TYPE VARCHAR(2600);
-- [jooq ignore stop]

-- The twin of postgresql/V34__kept_tiers.sql.

-- Whether a supporter keeps the tier because the source that gave it was disconnected. No source takes it back then.
ALTER TABLE source_supporter ADD COLUMN kept BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE source_supporter SET kept = TRUE
WHERE NOT EXISTS (
  SELECT 1 FROM source_member
  WHERE source_member.creator_id = source_supporter.creator_id AND source_member.user_id = source_supporter.user_id
  AND source_member.tier_id IS NOT NULL);

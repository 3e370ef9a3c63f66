-- The twin of postgresql/V29__makers_and_closed_creators.sql.

-- Who has made a link. Null for links from before this was recorded, which therefore don't end with anybody's rights.
ALTER TABLE invitation ADD COLUMN created_by BIGINT REFERENCES app_user (id);
CREATE INDEX invitation_maker ON invitation (created_by, creator_id) WHERE created_by IS NOT NULL;

-- Since when an account isn't a creator any more. The row keeps everything that belongs to it, for the day on which it is one again.
ALTER TABLE creator ADD COLUMN closed_at BIGINT;

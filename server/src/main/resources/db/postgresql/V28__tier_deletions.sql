-- Who has deleted a tier, and so moved its supporters. Null for tiers that were deleted before this was recorded.
ALTER TABLE tier ADD COLUMN deleted_by BIGINT REFERENCES app_user (id);

-- The twin of postgresql/V36__long_tier_names.sql. SQLite doesn't bound the length of texts.

ALTER TABLE imported_row ADD COLUMN exported BOOLEAN NOT NULL DEFAULT FALSE;

-- What an entry says is its kind and its details, a JSON object; sentences are made from these when they are shown. No details:
-- a row from before, with an English text instead (activity.detail, notification.text), which HousekeepingWorker turns into
-- details. The texts of all other rows are empty.
ALTER TABLE activity ADD COLUMN details VARCHAR;
ALTER TABLE notification ADD COLUMN details VARCHAR;

-- [jooq ignore start]
CREATE INDEX activity_without_details ON activity (id) WHERE details IS NULL;
CREATE INDEX notification_without_details ON notification (id) WHERE details IS NULL;
-- [jooq ignore stop]

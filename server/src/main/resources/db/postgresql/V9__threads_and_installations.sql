-- How many replies a request has, so that a list tells it without reading threads.
ALTER TABLE book_request ADD COLUMN reply_count INTEGER NOT NULL DEFAULT 0 CHECK (reply_count >= 0);
UPDATE book_request SET reply_count = (SELECT count(*) FROM reply WHERE reply.request_id = book_request.id)
  WHERE id IN (SELECT request_id FROM reply);

-- Which database this is among those that share a Redis; it belongs to the database and not to its backups. Filled at the next start.
ALTER TABLE installation ADD COLUMN installation_id VARCHAR(32) NOT NULL DEFAULT '';

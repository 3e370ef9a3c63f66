-- A cover is fetched only if a search has shown it or a request carries it.

CREATE INDEX book_request_cover ON book_request (cover_id) WHERE cover_id IS NOT NULL;

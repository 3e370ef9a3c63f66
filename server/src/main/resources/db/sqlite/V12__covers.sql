-- The twin of postgresql/V12__covers.sql.

CREATE INDEX book_request_cover ON book_request (cover_id) WHERE cover_id IS NOT NULL;

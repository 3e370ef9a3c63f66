-- The default mapping of `bookbell import` for a PostgreSQL with the tables of the Python system. Copy it to write your own: the
-- names of the queries and of their columns are fixed, everything else is free.

-- name: creators
SELECT id, email, username AS display_name, CASE WHEN is_active THEN hashed_password END AS password_hash
FROM public.users
WHERE lower(role) = 'creator'

-- name: team
SELECT created_by AS creator_id, id AS user_id, email, username AS display_name, hashed_password AS password_hash,
  is_active AS active
FROM public.users
WHERE lower(role) = 'team'

-- name: supporters
-- Everybody else: people with unknown roles may have requests, too.
SELECT created_by AS creator_id, id AS user_id, email, username AS display_name,
  CASE WHEN is_active THEN hashed_password END AS password_hash, patreon_tier_data ->> 'title' AS tier,
  patreon_tier_data ->> 'book_requests_allowed' AS requests_allowed,
  patreon_tier_data ->> 'book_requests_used' AS requests_used
FROM public.users
WHERE lower(role) IS NULL OR lower(role) NOT IN ('creator', 'team')

-- name: requests
SELECT id, creator_id, user_id, title, author, NULL AS isbn, concat_ws(chr(10), nullif(message, ''), nullif(link, '')) AS note,
  status, response, responded_by, refunded, created_at, updated_at
FROM public.book_requests

-- name: replies
SELECT id, request_id, user_id, body, created_at
FROM public.book_request_replies

-- The next two run in the transaction of each command while both systems serve (BOOKBELL_LEGACY_QUOTA), in Bookbell's own connections.
-- They change one row if there was room, and none otherwise. Numbers are read as an import reads them, also 3.0.

-- name: consume
UPDATE public.users
SET patreon_tier_data = jsonb_set(patreon_tier_data, '{book_requests_used}', to_jsonb(
  CASE WHEN patreon_tier_data ->> 'book_requests_used' ~ '^\s*[0-9]{1,18}([.]0*){0,1}\s*$'
    THEN least((patreon_tier_data ->> 'book_requests_used')::numeric, 1000000)::integer ELSE 0 END + 1))
WHERE id = :user_id AND created_by = :creator_id AND is_active
  AND CASE WHEN patreon_tier_data ->> 'book_requests_used' ~ '^\s*[0-9]{1,18}([.]0*){0,1}\s*$'
    THEN least((patreon_tier_data ->> 'book_requests_used')::numeric, 1000000)::integer ELSE 0 END
  < CASE WHEN patreon_tier_data ->> 'book_requests_allowed' ~ '^\s*[0-9]{1,18}([.]0*){0,1}\s*$'
    THEN least((patreon_tier_data ->> 'book_requests_allowed')::numeric, 1000000)::integer ELSE 0 END

-- name: refund
UPDATE public.users
SET patreon_tier_data = jsonb_set(patreon_tier_data, '{book_requests_used}',
  to_jsonb(least((patreon_tier_data ->> 'book_requests_used')::numeric, 1000000)::integer - 1))
WHERE id = :user_id AND created_by = :creator_id
  AND CASE WHEN patreon_tier_data ->> 'book_requests_used' ~ '^\s*[0-9]{1,18}([.]0*){0,1}\s*$'
    THEN least((patreon_tier_data ->> 'book_requests_used')::numeric, 1000000)::integer ELSE 0 END > 0

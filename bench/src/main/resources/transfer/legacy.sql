-- The tables of the replaced system, without the foreign keys that would keep dirt out.
CREATE TABLE users (
  id BIGSERIAL PRIMARY KEY, email TEXT NOT NULL, username TEXT NOT NULL, hashed_password TEXT, role TEXT NOT NULL, created_by BIGINT,
  is_active BOOLEAN NOT NULL DEFAULT TRUE, patreon_id TEXT, patreon_tier_data JSONB, created_at TIMESTAMP NOT NULL DEFAULT now());
CREATE TABLE book_requests (
  id BIGSERIAL PRIMARY KEY, creator_id BIGINT NOT NULL, user_id BIGINT NOT NULL, title TEXT NOT NULL, author TEXT, link TEXT,
  message TEXT, status TEXT NOT NULL DEFAULT 'PENDING', response TEXT, responded_by BIGINT, refunded BOOLEAN NOT NULL DEFAULT FALSE,
  created_at TIMESTAMP NOT NULL DEFAULT now(), updated_at TIMESTAMP NOT NULL DEFAULT now());
CREATE TABLE book_request_replies (
  id BIGSERIAL PRIMARY KEY, request_id BIGINT NOT NULL, user_id BIGINT NOT NULL, body TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL DEFAULT now());

-- 20 creators with 5 team members each, and a supporter for every 20 requests.
INSERT INTO users (id, email, username, hashed_password, role)
SELECT n, 'creator' || n || '@old.test', 'Creator ' || n, '$2b$12$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui', 'creator'
FROM generate_series(1, 20) n;
INSERT INTO users (id, email, username, role, created_by)
SELECT n, 'team' || n || '@old.test', 'Team ' || n, 'team', 1 + n % 20 FROM generate_series(101, 200) n;
INSERT INTO users (id, email, username, role, created_by, patreon_tier_data)
SELECT n,
  CASE WHEN n % 50 = 1 THEN 'READER' || n - 1 ELSE 'reader' || n END || '@old.test', -- some differ only in case
  CASE WHEN n % 70 = 0 THEN ' ' ELSE 'Reader ' || n END,
  CASE WHEN n % 3 = 0 THEN 'PATREON' ELSE 'patreon' END,
  CASE WHEN n % 90 = 5 THEN 77 ELSE 1 + n % 20 END, -- 77 is nobody
  CASE WHEN n % 40 <> 7 THEN jsonb_build_object(
    'title', CASE WHEN n % 2 = 0 THEN 'Gold' ELSE 'gold' END, 'book_requests_allowed', n % 6,
    'book_requests_used', CASE WHEN n % 500 = 9 THEN to_jsonb('many'::text) ELSE to_jsonb(n % 7) END,
    'period_start', '2025-11-01T00:00:00') END
FROM generate_series(1001, 1000 + $REQUESTS / 20) n;

INSERT INTO book_requests (id, creator_id, user_id, title, author, link, message, status, refunded, response, responded_by, created_at)
SELECT n,
  CASE WHEN n % 500 = 3 THEN 99 ELSE 1 + reader % 20 END, -- 99 is no creator
  CASE WHEN n % 400 = 1 THEN 99999999 ELSE reader END,
  CASE WHEN n % 300 = 0 THEN repeat('Long ', 100) ELSE 'Book ' || n % 30011 END,
  CASE WHEN n % 5 > 0 THEN 'Author ' || n % 7001 END,
  CASE WHEN n % 10 = 0 THEN 'https://books.example/' || n END,
  CASE WHEN n % 4 = 0 THEN 'Please, I have looked for it everywhere ' || n END,
  CASE WHEN n % 1000 = 7 THEN 'weird'
    ELSE (ARRAY['PENDING', 'approved', 'REJECTED', 'Completed', 'cancelled'])[1 + n % 5] END,
  n % 5 IN (2, 4) <> (n % 50 = 7),
  CASE WHEN n % 5 = 2 THEN 'Sorry' END,
  CASE WHEN n % 5 = 2 THEN CASE WHEN n % 2000 = 2 THEN 555 ELSE 1 + reader % 20 END END,
  timestamp '2024-01-01' + n * interval '30 seconds'
FROM (SELECT n, 1001 + (n * 7919) % ($REQUESTS / 20) AS reader FROM generate_series(1::bigint, $REQUESTS) n) r;

INSERT INTO book_request_replies (id, request_id, user_id, body)
SELECT n, CASE WHEN n % 700 = 9 THEN 999999999 ELSE n * 2 END, 1 + (1001 + (n * 2 * 7919) % ($REQUESTS / 20)) % 20, 'Reply ' || n
FROM generate_series(1::bigint, $REQUESTS / 2) n;

SELECT setval('users_id_seq', 90000000), setval('book_requests_id_seq', $REQUESTS), setval('book_request_replies_id_seq', $REQUESTS / 2);

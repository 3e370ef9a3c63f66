-- The twin of postgresql/V1__schema.sql: the same tables, columns and constraints, a test compares them.
-- Times are milliseconds since 1970 UTC. A creator's id is the user id of the creator.

CREATE TABLE installation (
  id                INTEGER PRIMARY KEY CHECK (id = 1),
  epoch             VARCHAR(40) NOT NULL,
  setup_token_hash  VARCHAR(64),
  created_at        BIGINT NOT NULL
);

CREATE TABLE app_user (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  email          VARCHAR(254) NOT NULL UNIQUE CHECK (email = lower(email)),
  display_name   VARCHAR(100) NOT NULL,
  password_hash  VARCHAR(255) NOT NULL,
  operator       BOOLEAN NOT NULL DEFAULT FALSE,
  created_at     BIGINT NOT NULL
);

CREATE TABLE session (
  token_hash    VARCHAR(64) NOT NULL PRIMARY KEY,
  user_id       BIGINT NOT NULL REFERENCES app_user (id),
  created_at    BIGINT NOT NULL,
  last_used_at  BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL
);
CREATE INDEX session_owner ON session (user_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE ws_ticket (
  token_hash    VARCHAR(64) NOT NULL PRIMARY KEY,
  session_hash  VARCHAR(64) NOT NULL REFERENCES session (token_hash) ON DELETE CASCADE,
  expires_at    BIGINT NOT NULL
);
CREATE INDEX ws_ticket_session ON ws_ticket (session_hash);
CREATE INDEX ws_ticket_expiry ON ws_ticket (expires_at);

CREATE TABLE idempotency_key (
  user_id          BIGINT NOT NULL REFERENCES app_user (id),
  idempotency_key  VARCHAR(200) NOT NULL,
  route            VARCHAR(300) NOT NULL,
  body_hash        VARCHAR(64) NOT NULL,
  answer           VARCHAR,
  created_at       BIGINT NOT NULL,
  PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

-- The row that every command of a creator locks first.
CREATE TABLE creator (
  id                BIGINT NOT NULL PRIMARY KEY REFERENCES app_user (id),
  name              VARCHAR(100) NOT NULL,
  accepting         BOOLEAN NOT NULL DEFAULT TRUE,
  notice            VARCHAR(500) NOT NULL DEFAULT '',
  version           BIGINT NOT NULL DEFAULT 1,
  team_version      BIGINT NOT NULL DEFAULT 1,
  audience_version  BIGINT NOT NULL DEFAULT 1,
  pending_count     INTEGER NOT NULL DEFAULT 0 CHECK (pending_count >= 0),
  created_at        BIGINT NOT NULL
);

CREATE TABLE tier (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id        BIGINT NOT NULL REFERENCES creator (id),
  name              VARCHAR(100) NOT NULL,
  requests_allowed  INTEGER NOT NULL CHECK (requests_allowed >= 0),
  period            VARCHAR(5) NOT NULL CHECK (period IN ('none', 'month')),
  created_at        BIGINT NOT NULL,
  UNIQUE (creator_id, name),
  UNIQUE (creator_id, id)
);

-- One row per changed tier whose supporters are still to be told of it.
CREATE TABLE tier_announcement (
  tier_id        BIGINT NOT NULL PRIMARY KEY REFERENCES tier (id),
  creator_id     BIGINT NOT NULL REFERENCES creator (id),
  told_up_to     BIGINT NOT NULL
);

-- used and granted are those of period_key ('none' or a month such as '2026-11'), equal to the ledger's sums.
CREATE TABLE membership (
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  user_id     BIGINT NOT NULL REFERENCES app_user (id),
  tier_id     BIGINT NOT NULL,
  period_key  VARCHAR(7) NOT NULL,
  used        INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
  granted     INTEGER NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (creator_id, user_id),
  FOREIGN KEY (creator_id, tier_id) REFERENCES tier (creator_id, id)
);
CREATE INDEX membership_user ON membership (user_id);
CREATE INDEX membership_tier ON membership (tier_id, user_id);

CREATE TABLE team_member (
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  user_id     BIGINT NOT NULL REFERENCES app_user (id),
  active      BOOLEAN NOT NULL DEFAULT TRUE,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (creator_id, user_id),
  CHECK (creator_id <> user_id)
);
CREATE INDEX team_member_user ON team_member (user_id);

CREATE TABLE invitation (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  kind        VARCHAR(9) NOT NULL CHECK (kind IN ('supporter', 'team')),
  tier_id     BIGINT,
  token_hash  VARCHAR(64) NOT NULL UNIQUE,
  uses        INTEGER NOT NULL CHECK (uses > 0),
  uses_left   INTEGER NOT NULL CHECK (uses_left >= 0 AND uses_left <= uses),
  expires_at  BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  FOREIGN KEY (creator_id, tier_id) REFERENCES tier (creator_id, id),
  CHECK ((kind = 'supporter') = (tier_id IS NOT NULL))
);
CREATE INDEX invitation_creator ON invitation (creator_id, id);
CREATE INDEX invitation_tier ON invitation (tier_id);

-- revision counts the changes of a request; each has its message (see message).
CREATE TABLE book_request (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id    BIGINT NOT NULL REFERENCES creator (id),
  user_id       BIGINT NOT NULL REFERENCES app_user (id),
  title         VARCHAR(300) NOT NULL,
  author        VARCHAR(300) NOT NULL,
  isbn          VARCHAR(20),
  note          VARCHAR(4000),
  status        VARCHAR(9) NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'completed', 'cancelled')),
  response      VARCHAR(4000),
  responded_by  BIGINT REFERENCES app_user (id),
  refunded      BOOLEAN NOT NULL DEFAULT FALSE,
  revision      INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1),
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  CHECK (refunded = (status IN ('rejected', 'cancelled'))),
  FOREIGN KEY (creator_id, user_id) REFERENCES membership (creator_id, user_id)
);
CREATE INDEX book_request_creator ON book_request (creator_id, id);
CREATE INDEX book_request_creator_status ON book_request (creator_id, status, id);
CREATE INDEX book_request_user ON book_request (user_id, id);
CREATE INDEX book_request_membership ON book_request (creator_id, user_id, id);

CREATE TABLE reply (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  request_id  BIGINT NOT NULL REFERENCES book_request (id),
  user_id     BIGINT NOT NULL REFERENCES app_user (id),
  body        VARCHAR(4000) NOT NULL,
  created_at  BIGINT NOT NULL
);
CREATE INDEX reply_request ON reply (request_id, id);

-- Append-only. A consumption records what was used after it and what was allowed, so that the rule
-- "never beyond the allowance" is a constraint; the second refund of a request is impossible by UNIQUE.
CREATE TABLE quota_ledger (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id  BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  kind        VARCHAR(7) NOT NULL CHECK (kind IN ('consume', 'refund', 'grant')),
  amount      INTEGER NOT NULL CHECK (amount <> 0 AND (kind = 'grant' OR amount = 1)),
  request_id  BIGINT REFERENCES book_request (id),
  period_key  VARCHAR(7) NOT NULL,
  used_after  INTEGER NOT NULL CHECK (used_after >= 0),
  allowed     INTEGER NOT NULL CHECK (allowed >= 0),
  reason      VARCHAR(300),
  actor_id    BIGINT NOT NULL REFERENCES app_user (id),
  created_at  BIGINT NOT NULL,
  UNIQUE (request_id, kind),
  CHECK ((kind = 'grant') = (request_id IS NULL)),
  CHECK (kind <> 'consume' OR used_after <= allowed),
  FOREIGN KEY (creator_id, user_id) REFERENCES membership (creator_id, user_id)
);
CREATE INDEX quota_ledger_membership ON quota_ledger (creator_id, user_id, period_key, id);

CREATE TABLE activity (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  actor_id    BIGINT NOT NULL REFERENCES app_user (id),
  kind        VARCHAR(40) NOT NULL,
  request_id  BIGINT REFERENCES book_request (id),
  detail      VARCHAR(1000) NOT NULL,
  created_at  BIGINT NOT NULL
);
CREATE INDEX activity_creator ON activity (creator_id, id);
CREATE INDEX activity_request ON activity (request_id);

CREATE TABLE notification (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  kind        VARCHAR(40) NOT NULL,
  request_id  BIGINT REFERENCES book_request (id),
  text        VARCHAR(1000) NOT NULL,
  created_at  BIGINT NOT NULL
);

-- as_admin: it was sent to the user as an admin, so it is shown only while the user is one.
CREATE TABLE notification_recipient (
  user_id          BIGINT NOT NULL REFERENCES app_user (id),
  notification_id  BIGINT NOT NULL REFERENCES notification (id),
  creator_id       BIGINT NOT NULL REFERENCES creator (id),
  as_admin         BOOLEAN NOT NULL,
  is_read          BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (user_id, notification_id)
);
CREATE INDEX notification_unread ON notification_recipient (user_id, is_read, creator_id);

-- floor: the sequence number below which this user's history must not be replayed (access was taken away).
CREATE TABLE inbox_head (
  user_id  BIGINT NOT NULL PRIMARY KEY REFERENCES app_user (id),
  seq      BIGINT NOT NULL DEFAULT 0 CHECK (seq >= 0),
  floor    BIGINT NOT NULL DEFAULT 0 CHECK (floor >= 0 AND floor <= seq)
);

-- A message is stored once, however many inboxes refer to it. (request_id, revision) names the change it tells of.
CREATE TABLE message (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  request_id  BIGINT REFERENCES book_request (id),
  revision    INTEGER,
  body        VARCHAR NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (request_id, revision),
  CHECK ((request_id IS NULL) = (revision IS NULL))
);

CREATE TABLE inbox (
  user_id     BIGINT NOT NULL REFERENCES inbox_head (user_id),
  seq         BIGINT NOT NULL CHECK (seq >= 1),
  message_id  BIGINT NOT NULL REFERENCES message (id),
  PRIMARY KEY (user_id, seq)
);
CREATE INDEX inbox_message ON inbox (message_id);

-- The twin of postgresql/V25__membership_sources.sql.

-- A membership service that a creator has connected, such as Patreon. account_id and account_name are the creator's there. problem says
-- what keeps it from being read. The counts are those of the last sync. A node holds the lease while it reads the service. redecide_after
-- is the last member who was looked at since the tiers or the grace period were changed; null when all were.
CREATE TABLE membership_source (
  creator_id      BIGINT NOT NULL REFERENCES creator (id),
  source          VARCHAR(20) NOT NULL,
  account_id      VARCHAR(100) NOT NULL,
  account_name    VARCHAR(300) NOT NULL,
  grace_days      INTEGER NOT NULL CHECK (grace_days BETWEEN 0 AND 60),
  connected_at    BIGINT NOT NULL,
  problem         VARCHAR(20),
  problem_at      BIGINT,
  synced_at       BIGINT,
  added           INTEGER NOT NULL DEFAULT 0,
  changed         INTEGER NOT NULL DEFAULT 0,
  ended           INTEGER NOT NULL DEFAULT 0,
  unknown         INTEGER NOT NULL DEFAULT 0,
  next_sync_at    BIGINT,
  lease           VARCHAR(50),
  lease_until     BIGINT,
  redecide_after  VARCHAR(200),
  PRIMARY KEY (creator_id, source)
);
CREATE INDEX membership_source_due ON membership_source (next_sync_at);
CREATE INDEX membership_source_redecide ON membership_source (creator_id, source) WHERE redecide_after IS NOT NULL;
CREATE INDEX membership_source_account ON membership_source (source, account_id);

-- What a source is called with, encrypted. Not part of a backup.
CREATE TABLE source_secret (
  creator_id  BIGINT NOT NULL,
  source      VARCHAR(20) NOT NULL,
  content     VARCHAR(8000) NOT NULL,
  PRIMARY KEY (creator_id, source),
  FOREIGN KEY (creator_id, source) REFERENCES membership_source (creator_id, source)
);

-- A tier of a source, and the tier it stands for; tier_id is null where it stands for none. The higher rank decides for a member who has
-- several. deleted: the source doesn't list it any more.
CREATE TABLE source_tier (
  creator_id   BIGINT NOT NULL,
  source       VARCHAR(20) NOT NULL,
  external_id  VARCHAR(200) NOT NULL,
  name         VARCHAR(300) NOT NULL,
  tier_rank    BIGINT NOT NULL,
  tier_id      BIGINT,
  deleted      BOOLEAN NOT NULL,
  PRIMARY KEY (creator_id, source, external_id),
  FOREIGN KEY (creator_id, source) REFERENCES membership_source (creator_id, source)
);

-- A person as a source knows them, and as whom they were recognised. tiers are the ids of the tiers they're entitled to, as JSON.
-- grace_until is the end of a grace period that has begun, and stays when it is over. tier_id is the tier they get from this source.
-- recheck_at is when that may change by itself. seen is the time of the last sync that had them.
CREATE TABLE source_member (
  creator_id   BIGINT NOT NULL,
  source       VARCHAR(20) NOT NULL,
  external_id  VARCHAR(200) NOT NULL,
  user_id      BIGINT REFERENCES app_user (id),
  email        VARCHAR(320),
  state        VARCHAR(10) NOT NULL,
  tiers        VARCHAR(4000) NOT NULL,
  paid_until   BIGINT,
  grace_until  BIGINT,
  tier_id      BIGINT,
  recheck_at   BIGINT,
  seen         BIGINT NOT NULL,
  PRIMARY KEY (creator_id, source, external_id),
  FOREIGN KEY (creator_id, source) REFERENCES membership_source (creator_id, source)
);
CREATE INDEX source_member_user ON source_member (user_id, creator_id);
CREATE INDEX source_member_seen ON source_member (creator_id, source, seen);
CREATE INDEX source_member_recheck ON source_member (recheck_at);
CREATE INDEX source_member_email ON source_member (email);

-- The tier that a creator's sources gave to a supporter, and the one the supporter had before.
CREATE TABLE source_supporter (
  creator_id  BIGINT NOT NULL REFERENCES creator (id),
  user_id     BIGINT NOT NULL REFERENCES app_user (id),
  tier_id     BIGINT NOT NULL,
  prior_id    BIGINT,
  PRIMARY KEY (creator_id, user_id)
);
CREATE INDEX source_supporter_user ON source_supporter (user_id, creator_id);

-- A user's own account at a source, which the user has connected.
CREATE TABLE source_account (
  source       VARCHAR(20) NOT NULL,
  external_id  VARCHAR(200) NOT NULL,
  user_id      BIGINT NOT NULL REFERENCES app_user (id),
  linked_at    BIGINT NOT NULL,
  PRIMARY KEY (source, external_id),
  UNIQUE (user_id, source)
);

-- A member whom an event named, to be read anew. generation tells whether another event came meanwhile.
CREATE TABLE source_refresh (
  creator_id  BIGINT NOT NULL,
  source      VARCHAR(20) NOT NULL,
  member_key  VARCHAR(200) NOT NULL,
  generation  INTEGER NOT NULL,
  PRIMARY KEY (creator_id, source, member_key),
  FOREIGN KEY (creator_id, source) REFERENCES membership_source (creator_id, source)
);

-- An authorization that somebody has begun at Patreon. content is what came back for somebody who has no account yet, encrypted.
CREATE TABLE patreon_authorization (
  state_hash  VARCHAR(64) NOT NULL PRIMARY KEY,
  user_id     BIGINT REFERENCES app_user (id),
  creator_id  BIGINT REFERENCES creator (id),
  content     VARCHAR(20000),
  expires_at  BIGINT NOT NULL
);
CREATE INDEX patreon_authorization_user ON patreon_authorization (user_id);
CREATE INDEX patreon_authorization_creator ON patreon_authorization (creator_id);
CREATE INDEX patreon_authorization_expiry ON patreon_authorization (expires_at);

-- The lines of the ledger that say when a source, or somebody of the team, changed a tier. Their ids are those of quota_ledger's sequence.
CREATE TABLE tier_change (
  id          BIGINT NOT NULL PRIMARY KEY,
  creator_id  BIGINT NOT NULL,
  user_id     BIGINT NOT NULL,
  source      VARCHAR(20),
  actor_id    BIGINT REFERENCES app_user (id),
  old_tier    VARCHAR(300),
  new_tier    VARCHAR(300),
  period_key  VARCHAR(20) NOT NULL,
  created_at  BIGINT NOT NULL,
  CHECK (old_tier IS NOT NULL OR new_tier IS NOT NULL),
  CHECK ((source IS NULL) <> (actor_id IS NULL)),
  FOREIGN KEY (creator_id, user_id) REFERENCES membership (creator_id, user_id)
);
CREATE INDEX tier_change_supporter ON tier_change (creator_id, user_id, id);

-- The twin of postgresql/V21__ways_in.sql.

-- Ways to sign in beside a password, and what the operator does with accounts.

-- disabled_at: since when an account may not be used; it keeps everything.
ALTER TABLE app_user ADD COLUMN disabled_at BIGINT;

-- Whether passwords are turned off, so that people sign in by other ways only.
ALTER TABLE installation ADD COLUMN passwords_off BOOLEAN NOT NULL DEFAULT FALSE;

-- Somebody at a provider of OpenID Connect (issuer and subject) who may sign in to an account. email: as the provider last said.
CREATE TABLE oidc_identity (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id       BIGINT NOT NULL REFERENCES app_user (id),
  issuer        VARCHAR(500) NOT NULL,
  subject       VARCHAR(255) NOT NULL,
  email         VARCHAR(254),
  created_at    BIGINT NOT NULL,
  last_used_at  BIGINT,
  UNIQUE (issuer, subject)
);
CREATE INDEX oidc_identity_owner ON oidc_identity (user_id, id);

-- A passkey of an account. credential: the attested credential data of WebAuthn, with the public key, in base64url. sign_count:
-- what the authenticator has counted so far; 0 where it does not count.
CREATE TABLE passkey (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id        BIGINT NOT NULL REFERENCES app_user (id),
  name           VARCHAR(2600) NOT NULL,
  credential_id  VARCHAR(1400) NOT NULL UNIQUE,
  credential     VARCHAR(6000) NOT NULL,
  sign_count     BIGINT NOT NULL,
  created_at     BIGINT NOT NULL,
  last_used_at   BIGINT
);
CREATE INDEX passkey_owner ON passkey (user_id, id);

-- What an authenticator is to sign, valid once, for minutes. user_id: for whom a new passkey is made; null for a sign-in.
CREATE TABLE passkey_challenge (
  challenge_hash  VARCHAR(64) NOT NULL PRIMARY KEY,
  user_id         BIGINT REFERENCES app_user (id),
  expires_at      BIGINT NOT NULL
);
CREATE INDEX passkey_challenge_expiry ON passkey_challenge (expires_at);
CREATE INDEX passkey_challenge_owner ON passkey_challenge (user_id);

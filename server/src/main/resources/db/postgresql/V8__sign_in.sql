-- What the installation signs the cookies of known devices with; made at the first sign-in.
ALTER TABLE installation ADD COLUMN device_key VARCHAR(64);

-- The Idempotency-Key of a call that makes an account or joins by a link, so that a repeated one signs in to the same account.
-- Both hashes can only be computed by somebody who has the key. user_id is null until the end of the call's transaction.
CREATE TABLE sign_up_key (
  key_hash      VARCHAR(64) NOT NULL PRIMARY KEY,
  request_hash  VARCHAR(64) NOT NULL,
  user_id       BIGINT REFERENCES app_user (id),
  created_at    BIGINT NOT NULL
);
CREATE INDEX sign_up_key_age ON sign_up_key (created_at);
CREATE INDEX sign_up_key_user ON sign_up_key (user_id);

-- From now on login_failure.email_hash is the hash of whatever wrong passwords are counted for: an account at one client, a
-- client, an account.

-- The twin of postgresql/V3__devices.sql. One process counts its sockets in memory, so it needs no places.

-- How far each device (a session) has said that it has the messages of its user.
CREATE TABLE device_position (
  token_hash       VARCHAR(64) NOT NULL PRIMARY KEY,
  user_id          BIGINT NOT NULL REFERENCES app_user (id),
  seq              BIGINT NOT NULL CHECK (seq >= 0),
  acknowledged_at  BIGINT NOT NULL
);
CREATE INDEX device_position_user ON device_position (user_id);

-- When a change of a request first reached a device of its supporter.
CREATE TABLE receipt (
  request_id   BIGINT NOT NULL REFERENCES book_request (id),
  revision     INTEGER NOT NULL CHECK (revision >= 1),
  received_at  BIGINT NOT NULL,
  PRIMARY KEY (request_id, revision)
);

-- removed: up to here messages were removed, having had their time. received: up to here some device has them.
ALTER TABLE inbox_head ADD COLUMN removed BIGINT NOT NULL DEFAULT 0 CHECK (removed >= 0);
ALTER TABLE inbox_head ADD COLUMN received BIGINT NOT NULL DEFAULT 0 CHECK (received >= 0);

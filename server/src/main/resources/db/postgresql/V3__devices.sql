-- What devices have received, and the sockets that users have open on all nodes together.

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

-- [jooq ignore start]
-- Who serves, and the sockets each has open. Unlogged: a crash of PostgreSQL empties them, and the nodes fill them again.
CREATE UNLOGGED TABLE serving_node (
  id           VARCHAR(32) NOT NULL PRIMARY KEY,
  alive_until  TIMESTAMPTZ NOT NULL
);
CREATE UNLOGGED TABLE socket_place (
  node_id  VARCHAR(32) NOT NULL,
  id       BIGINT NOT NULL,
  user_id  BIGINT NOT NULL,
  PRIMARY KEY (node_id, id)
);
CREATE INDEX socket_place_user ON socket_place (user_id);
-- [jooq ignore stop]

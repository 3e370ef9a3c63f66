-- The twin of postgresql/V22__outbox.sql.

-- News that leave this server: mail, web push, chat services, webhooks.

-- Where news are sent. purpose: channel (of the person user_id), webhook (of the creator creator_id, made by user_id), or once (an
-- address that gets a single item, such as an invitation, and is removed after it). details: JSON that belongs to the kind. token
-- is known only to whoever receives what is sent: it confirms the address, and ends the sending.
-- wake_at: when a node looks at the target next; null while nothing is queued. lease: the node that sends at the moment, until
-- leased_until. failures: failed attempts in a row, since failing_since.
CREATE TABLE news_target (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id        BIGINT NOT NULL REFERENCES app_user (id),
  creator_id     BIGINT REFERENCES creator (id),
  purpose        VARCHAR(10) NOT NULL CHECK (purpose IN ('channel', 'webhook', 'once')),
  kind           VARCHAR(20) NOT NULL,
  address        VARCHAR(2000) NOT NULL,
  details        VARCHAR(8000) NOT NULL DEFAULT '{}',
  token          VARCHAR(64) NOT NULL UNIQUE,
  verified       BOOLEAN NOT NULL,
  created_at     BIGINT NOT NULL,
  wake_at        BIGINT,
  leased_until   BIGINT NOT NULL DEFAULT 0,
  lease          VARCHAR(40),
  failures       INTEGER NOT NULL DEFAULT 0,
  failing_since  BIGINT,
  last_error     VARCHAR(500)
);
CREATE INDEX news_target_of_user ON news_target (user_id, id);
CREATE INDEX news_target_of_creator ON news_target (creator_id, id);
CREATE INDEX news_target_awake ON news_target (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX news_target_once ON news_target (created_at) WHERE purpose = 'once';

-- What a target gets: events that concern a person, or (for_creator) all events of a creator. owner_id is the person or creator.
CREATE TABLE news_subscription (
  for_creator  BOOLEAN NOT NULL,
  owner_id     BIGINT NOT NULL REFERENCES app_user (id),
  event        VARCHAR(40) NOT NULL,
  target_id    BIGINT NOT NULL REFERENCES news_target (id) ON DELETE CASCADE,
  PRIMARY KEY (owner_id, for_creator, event, target_id)
);
CREATE INDEX news_subscription_of_target ON news_subscription (target_id);

-- What is to be sent to one target, written by the change it tells of. id is its stable id. state: new (no node has seen it yet),
-- queued, sent, failed, or skipped (it was no longer wanted). Items of a target are sent in the order of their ids.
-- target_id isn't a foreign key: the check would wait for whoever removes a target, and then fail the change that inserts an item.
CREATE TABLE outbox_item (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  target_id        BIGINT NOT NULL,
  event            VARCHAR(40) NOT NULL,
  creator_id       BIGINT,
  request_id       BIGINT,
  notification_id  BIGINT,
  as_admin         BOOLEAN NOT NULL,
  body             VARCHAR NOT NULL,
  created_at       BIGINT NOT NULL,
  state            VARCHAR(8) NOT NULL CHECK (state IN ('new', 'queued', 'sent', 'failed', 'skipped')),
  attempts         INTEGER NOT NULL DEFAULT 0,
  settled_at       BIGINT,
  error            VARCHAR(500)
);
CREATE INDEX outbox_item_of_target ON outbox_item (target_id, id);
CREATE INDEX outbox_item_new ON outbox_item (id) WHERE state = 'new';
CREATE INDEX outbox_item_queued ON outbox_item (target_id, id) WHERE state = 'queued';
CREATE INDEX outbox_item_unsent ON outbox_item (state, target_id) WHERE state IN ('new', 'queued', 'failed');
CREATE INDEX outbox_item_unsettled ON outbox_item (created_at) WHERE settled_at IS NULL;
CREATE INDEX outbox_item_settled ON outbox_item (settled_at) WHERE settled_at IS NOT NULL;

-- A service behind many targets that is out of order, such as the mail server. All targets of the kind wait until retry_at.
CREATE TABLE news_service (
  kind           VARCHAR(20) NOT NULL PRIMARY KEY,
  failures       INTEGER NOT NULL,
  failing_since  BIGINT NOT NULL,
  retry_at       BIGINT NOT NULL,
  error          VARCHAR(500) NOT NULL
);

-- When and in which language a person is sent news. Minutes of the day in the time zone; both are null without quiet hours.
CREATE TABLE news_preference (
  user_id     BIGINT NOT NULL PRIMARY KEY REFERENCES app_user (id),
  digest      VARCHAR(10) NOT NULL CHECK (digest IN ('off', 'daily', 'weekly')),
  quiet_from  INTEGER,
  quiet_to    INTEGER,
  time_zone   VARCHAR(60) NOT NULL,
  language    VARCHAR(10) NOT NULL
);

-- The new address of an account that becomes valid through the link in a mail to it.
CREATE TABLE address_change (
  user_id     BIGINT NOT NULL PRIMARY KEY REFERENCES app_user (id),
  email       VARCHAR(254) NOT NULL,
  token_hash  VARCHAR(64) NOT NULL UNIQUE,
  expires_at  BIGINT NOT NULL
);
CREATE INDEX address_change_expiry ON address_change (expires_at);

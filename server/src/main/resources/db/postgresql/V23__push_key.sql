-- The key pair by which push services know this installation (VAPID), in base64url: a point of 65 bytes and a number of 32. There is
-- one row, made at the first start. Browsers have subscribed to this key, so it never changes.
CREATE TABLE push_key (
  id           INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  public_key   VARCHAR(100) NOT NULL,
  private_key  VARCHAR(60) NOT NULL
);

-- A browser gets the news of one person: whoever has turned them on last.
CREATE INDEX news_target_of_browser ON news_target (address) WHERE kind = 'web_push';

package io.bookbell.server.resilience;

/** The faults that a campaign injects. */
enum Fault {
  REDIS_KILLED(Side.REDIS, "Redis killed, started empty later"),
  REDIS_RESTARTED(Side.REDIS, "Redis restarted empty at once"),
  REDIS_PAUSED(Side.REDIS, "Redis paused"),
  SUBSCRIBERS_KILLED(Side.REDIS, "CLIENT KILL of all subscribers"),
  NODE_MESSAGES_REPEATED(Side.REDIS, "messages between nodes repeated in any order"),
  REDIS_LINK_CUT(Side.REDIS, "link of a node to Redis cut"),
  REDIS_LINK_STALLED(Side.REDIS, "link of a node to Redis half-open"),
  REDIS_LINK_DELAYED(Side.REDIS, "link of a node to Redis slow"),
  DATABASE_LINK_CUT(Side.DATABASE, "link of a node to PostgreSQL cut"),
  DATABASE_LINK_STALLED(Side.DATABASE, "link of a node to PostgreSQL half-open"),
  DATABASE_LINK_DELAYED(Side.DATABASE, "link of a node to PostgreSQL slow"),
  POSTGRES_RESTARTED(Side.DATABASE, "PostgreSQL killed and restarted"),
  NODE_KILLED(Side.NODE, "node killed, started later"),
  NODE_PAUSED(Side.NODE, "node paused for 10 s"),
  CLIENTS_CUT(Side.CLIENTS, "clients cut at random");

  private final Side side;
  private final String words;

  private enum Side {
    REDIS,
    DATABASE,
    NODE,
    CLIENTS
  }

  Fault(Side side, String words) {
    this.side = side;
    this.words = words;
  }

  /** Whether it affects only Redis or the connection to it. */
  boolean isOfRedis() {
    return side == Side.REDIS;
  }

  /**
   * Whether the two can't be present at once; a node, for example, doesn't start without its
   * database.
   */
  boolean excludes(Fault other) {
    return side == other.side || (isVital() && other.isVital());
  }

  private boolean isVital() {
    return side == Side.NODE || side == Side.DATABASE;
  }

  @Override
  public String toString() {
    return words;
  }
}

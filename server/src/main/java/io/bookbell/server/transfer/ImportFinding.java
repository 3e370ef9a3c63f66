package io.bookbell.server.transfer;

/** What an import can meet that is worth telling; none of it stops the import. */
public enum ImportFinding {
  DUPLICATE_EMAIL(
      "accounts whose e-mail address is that of another account, except for case: new ones got a"
          + " placeholder, and can't sign in until it is changed; others keep theirs"),
  INVALID_EMAIL(
      "accounts without a valid e-mail address: new ones got a placeholder, and can't sign in until"
          + " it is changed; others keep theirs"),
  UNKNOWN_HASH("accounts whose password hash has an unknown form: they need a new password"),
  NO_PASSWORD("accounts without a password"),
  NAME_CHANGED("names that were empty or too long: filled in or cut"),
  INVALID_ID(
      "rows whose id is missing, stored as a text, or no whole number above 0 and up to"
          + " 9007194959773696: left out"),
  DUPLICATE_ID("rows with an id that an earlier row of the same query has: left out"),
  ID_TAKEN("rows whose id here is that of something else, which was made here: left out"),
  ORPHANED_TEAM_MEMBER("team members of no known creator: only their accounts were imported"),
  ORPHANED_SUPPORTER("supporters of no known creator: only their accounts were imported"),
  ORPHANED_REQUEST("requests of unknown people, or to no known creator: left out"),
  ORPHANED_REPLY("replies by unknown people, or to unknown requests: left out"),
  UNKNOWN_RESPONDER("requests answered by somebody unknown: taken over without that name"),
  REQUEST_WITHOUT_MEMBERSHIP(
      "people who made requests and are no supporters of that creator: they got a tier without"
          + " requests"),
  INVALID_COUNTER(
      "supporters without a valid number of allowed or used requests: it counts as 0, or as the"
          + " nearest number that is possible"),
  USED_WITHOUT_REQUEST(
      "supporters who have used more than they have requests that count: the ledger has a line for"
          + " the rest"),
  MISSING_AUTHOR("requests without an author: the author is “Unknown”"),
  MISSING_TITLE("requests without a title: the title is “Untitled”"),
  LONG_TITLE("titles of more than 300 characters: cut, and kept in the note"),
  LONG_TEXT("authors, notes, responses and replies that were too long: cut"),
  EMPTY_REPLY("replies without a text: left out"),
  INVALID_ISBN("ISBNs of more than 20 characters: kept in the note"),
  UNKNOWN_STATUS("requests with an unknown status: imported as pending"),
  REFUND_DIFFERS(
      "requests whose status and refund don't match there: the counters stay as they are"),
  TIME_WITHOUT_ZONE("times without a zone: taken as UTC"),
  INVALID_TIME("rows with a missing or invalid time: the time of the import, or of the creation"),
  CHANGED_ON_BOTH_SIDES(
      "values that were changed there and here since the last import or export: each side keeps its"
          + " own"),
  COUNTER_LOWER_THERE(
      "counters that became smaller there while requests were made here: kept as they are here"),
  GONE_THERE("rows that are no longer there: kept here"),
  REMOVED_FROM_TEAM("team members who are no longer there: deactivated here"),
  OTHER_CREATOR(
      "supporters of a second creator: there is no place for their tier and counter there"),
  OTHER_ROLE(
      "team members who have another role there, such as a supporter: they keep it, because"
          + " everybody has one role there"),
  PASSWORD_STAYS_HERE("new accounts, exported without their password"),
  REMOVED_HERE("people who have removed their accounts here, and new requests of theirs: left out"),
  NOT_EXPORTED("requests and replies of people, or to requests, that are not there: left out");

  private final String description;

  ImportFinding(String description) {
    this.description = description;
  }

  /** The end of a sentence that begins with a number. */
  public String description() {
    return description;
  }

  /** Whether it is a property of a whole column, so that no row is named. */
  boolean isOfColumn() {
    return this == TIME_WITHOUT_ZONE;
  }
}

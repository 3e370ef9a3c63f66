/**
 * The shapes of the protocol, as JSDoc types. Nothing here exists at run time.
 *
 * @typedef {{id: number, email: string, display_name: string}} User
 *
 * @typedef {'pending' | 'approved' | 'rejected' | 'completed' | 'cancelled'} Status
 *
 * @typedef {{id: number, user_id: number, user_name: string, body: string, created_at: string}} Reply
 *
 * @typedef {object} BookRequest
 * @property {number} id
 * @property {number} creator_id
 * @property {number} user_id
 * @property {string} user_name
 * @property {string} title
 * @property {string} author
 * @property {string | null} isbn
 * @property {string | null} note
 * @property {Status} status
 * @property {string | null} response
 * @property {number | null} responded_by
 * @property {string | null} [responded_by_name]
 * @property {boolean} refunded
 * @property {Reply[]} replies oldest first; the newest three, or more where more were loaded
 * @property {number} [reply_count] how many there are in all
 * @property {string} created_at
 * @property {string} updated_at
 * @property {number | null} [cover_id]
 * @property {number} [followers] how many others want it too
 *
 * @typedef {object} AskedBook a request as other supporters see it
 * @property {number} id
 * @property {number} creator_id
 * @property {string} title
 * @property {string} author
 * @property {number | null} cover_id
 * @property {Status} status
 * @property {number} followers
 * @property {boolean} mine
 * @property {boolean} following
 * @property {string} updated_at
 *
 * @typedef {object} FoundBook
 * @property {string | null} key its place in Open Library
 * @property {string} title
 * @property {string[]} authors
 * @property {number | null} first_year
 * @property {number | null} cover_id
 * @property {string[]} isbns
 * @typedef {{items: FoundBook[], catalogue: 'here' | 'away' | 'off'}} FoundBooks
 *
 * @typedef {{id: number, creator_id: number, kind: string, name: string | null, url: string, events: string[], template: string | null, active: boolean, last_error: string | null}} Webhook
 * @typedef {{id: number, event: string, state: 'queued' | 'sent' | 'failed' | 'skipped', created_at: string, error: string | null}} WebhookDelivery
 * @typedef {{id: number, kind: string, target: string, verified: boolean, error: string | null}} NewsChannel
 * @typedef {{channels: NewsChannel[], events: Record<string, string[]>, digest: string, quiet: {from: string, to: string} | null, kinds: string[], broken: {kind: string, error: string}[] | null}} NotificationSettings
 *
 * @typedef {{kind: string, created_at: string, seen: boolean}} Seen
 * @typedef {{revision: number, actor_id: number, kind: string, created_at: string, received_at: string | null}} Receipt
 *
 * @typedef {object} Quota
 * @property {number} creator_id
 * @property {number | null} allowed null for any number
 * @property {number} used
 * @property {number | null} remaining null for any number
 * @property {'none' | 'month' | 'week' | 'rolling'} period
 * @property {number | null} [days] of a rolling period
 * @property {string | null} resets_at
 *
 * @typedef {object} LedgerEntry
 * @property {number} id
 * @property {'consume' | 'refund' | 'grant' | 'carry' | 'import' | 'expire' | 'lapse' | 'tier'} kind
 * @property {number} amount
 * @property {number | null} book_request_id
 * @property {string | null} title
 * @property {string} period
 * @property {string | null} reason
 * @property {string} actor_name
 * @property {string} created_at
 * @property {'own' | 'legacy'} [counter] whether the replaced system's counter was changed, too
 *
 * @typedef {{id: number, name: string, accepting: boolean, notice: string, rules: string, shows_asked: boolean, self_service: boolean, colour: string | null, picture: string | null, time_zone: string, version: number}} Creator
 *
 * @typedef {{title: string, supporter_name?: string, actor_name?: string, count?: number, text?: string}} NotificationDetails
 *
 * @typedef {object} Notification
 * @property {number} id
 * @property {string} kind
 * @property {number | null} book_request_id
 * @property {NotificationDetails} [details] of the kind's fields; missing in messages from before notifications had any
 * @property {string} text as the server puts it, in English, for kinds that this page doesn't know
 * @property {string} created_at
 * @property {boolean} [read]
 * @property {number} [creator_id]
 *
 * @typedef {{creator_id: number, creator_name: string, tier: string, requests_allowed: number | null, requests_used: number}} Membership
 * @typedef {'answer' | 'people' | 'everything'} TeamRole
 * @typedef {{creator_id: number, creator_name: string, role: TeamRole | null}} Administered the role on the team; null for the creator
 * @typedef {{user: User, has_password: boolean, operator: boolean, memberships: Membership[], admin_of: Administered[]}} Me
 *
 * @typedef {{id: number, client: string | null, address: string | null, created_at: string, last_used_at: string, expires_at: string, current: boolean}} OwnSession
 * @typedef {{user_id: number, display_name: string, email: string, active: boolean, role: TeamRole}} Member
 * @typedef {{user_id: number, display_name: string, email: string, tier_id: number, requests_allowed: number | null, requests_used: number, own_allowance: number | null}} Supporter
 * @typedef {{dry_run: boolean, added: number, moved: number, unchanged: number, invited: number, blocked: number, invalid: number,
 *   lines: {line: number, email: string, result: string, detail: string | null}[], links: {tier_id: number, tier: string, uses: number, url: string}[]}} ListImport
 * @typedef {{user_id: number, display_name: string, email: string, tier_id: number, blocked: boolean, ended_at: string}} FormerSupporter
 * @typedef {{id: number, creator_id: number, name: string, requests_allowed: number | null, period: 'none' | 'month' | 'week' | 'rolling', days: number | null, most_open: number | null, auto_approve: boolean}} Tier
 *
 * @typedef {object} MembershipSource
 * @property {'patreon' | 'kofi'} kind added by the page
 * @property {number} creator_id
 * @property {boolean} available
 * @property {boolean} connected
 * @property {string} [account_name]
 * @property {boolean} [webhook]
 * @property {number} [grace_days]
 * @property {'revoked' | 'busy' | 'unavailable' | null} [problem]
 * @property {string | null} [synced_at]
 * @property {number} [added]
 * @property {number} [changed]
 * @property {number} [ended]
 * @property {number} [unknown]
 * @property {{patreon_tier_id?: string, kofi_tier_id?: string, name: string, tier_id: number | null, deleted: boolean}[]} [tiers]
 *
 * @typedef {object} PatreonResult
 * @property {'creator' | 'supporter' | 'join'} [purpose] none for somebody who has signed in
 * @property {User} [user]
 * @property {number} [creator_id]
 * @property {number[]} [creator_ids]
 * @property {string} [token]
 * @property {string} [display_name]
 * @property {string | null} [email]
 *
 * @typedef {Supporter & {quota: Quota, entries: LedgerEntry[]}} SupporterAccount
 * @typedef {Record<Status, number>} Counts
 * @typedef {{id: number, creator_id: number, name: string, body: string}} SavedReply
 * @typedef {{id: number, result: 'answered' | 'refused', code: string | null, detail: string | null, book_request: BookRequest | null}} Outcome
 *
 * @typedef {object} Invitation
 * @property {number} id
 * @property {number} creator_id
 * @property {'supporter' | 'team'} kind
 * @property {number | null} tier_id
 * @property {number} uses
 * @property {number} uses_left
 * @property {string} expires_at
 * @property {string} created_at
 * @property {number | null} created_by null if it isn't known
 * @property {string | null} created_by_name
 * @property {string} [url] only in the answer that creates it
 *
 * @typedef {object} Handover
 * @property {string} email
 * @property {string} expires_at
 * @property {string} [url] only in the answer that creates it
 *
 * @typedef {'read' | 'write' | 'admin' | 'publish'} KeyScope
 *
 * @typedef {object} Key
 * @property {number} id
 * @property {string} name
 * @property {KeyScope[]} scopes
 * @property {string} start the beginning of the key, to recognise it by
 * @property {string} created_at
 * @property {string | null} expires_at
 * @property {string | null} last_used_at exact to a minute
 *
 * @typedef {Key & {key: string}} CreatedKey only in the answer that creates it
 *
 * @typedef {object} FieldChange
 * @property {string} field
 * @property {string | number | boolean} [old] missing where it isn't known; an empty string for none
 * @property {string | number | boolean} [new] likewise
 *
 * @typedef {object} ActivityDetails the fields of all kinds; each kind has its own
 * @property {string} source a membership service
 * @property {string} title
 * @property {FieldChange[]} changes
 * @property {string} name
 * @property {number} requests_allowed
 * @property {string} period
 * @property {string} supporter_name
 * @property {number} [member_id]
 * @property {string} [tier]
 * @property {string} [old_tier]
 * @property {string} new_tier
 * @property {number} amount
 * @property {string} reason
 * @property {string} [role]
 * @property {number} [allowance]
 * @property {number} [added]
 * @property {number} [moved]
 * @property {number} [days]
 * @property {string} member_name
 * @property {string} text
 *
 * @typedef {object} Activity
 * @property {number} id
 * @property {number} creator_id
 * @property {number} actor_id
 * @property {string} actor_name
 * @property {string} kind
 * @property {number | null} book_request_id
 * @property {ActivityDetails} details
 * @property {string} detail in English, for kinds that this page doesn't know
 * @property {string} created_at
 *
 * @typedef {{type: 'initial_data', epoch: string, seq: number, book_requests: BookRequest[], quota: Quota[],
 *   pending_count: Record<string, number>, creators: Creator[], unread_notifications: number}} InitialData
 * @typedef {{type: 'resumed', epoch: string, seq: number}} Resumed
 * @typedef {{type: 'book_request_update', seq: number, action: 'created' | 'status_changed' | 'reply_added', book_request: BookRequest}} BookRequestUpdate
 * @typedef {{type: 'quota_update', seq: number, quota: Quota}} QuotaUpdate
 * @typedef {{type: 'pending_count_update', seq: number, creator_id?: number, pending_count: number}} PendingCountUpdate
 * @typedef {{type: 'notification', seq: number, notification: Notification}} NotificationMessage
 * @typedef {{type: 'creator_update', creator: Creator}} CreatorUpdate
 * @typedef {{type: 'followers_update', creator_id: number, book_request_id: number, followers: number}} FollowersUpdate
 * @typedef {{type: 'answering', creator_id: number, user: {user_id: number, name: string}, book_request_id: number | null}} AnsweringMessage
 * @typedef {{type: 'desk_update', creator_id: number, kind: string}} DeskUpdate
 * @typedef {{type: 'access_changed', seq: number, creator_id: number, role: 'admin' | 'supporter' | 'none'}} AccessChanged
 * @typedef {InitialData | Resumed | BookRequestUpdate | QuotaUpdate | PendingCountUpdate | NotificationMessage | CreatorUpdate | FollowersUpdate | AnsweringMessage | DeskUpdate | AccessChanged} ServerMessage
 */

/**
 * @template T
 * @typedef {{items: T[], next_cursor: string | null}} Page
 */

export {};

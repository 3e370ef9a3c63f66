/** What an open card shows: not part of a first view. */
import './request-receipt.js';
import './request-seen.js';
import './request-thread.js';

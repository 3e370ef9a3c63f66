import {locale, translate} from '../words/translate.js';
import {currentPeriod, givesBack, takes} from './quota-text.js';

/** @import {BookRequest, LedgerEntry, Quota} from '../client/types.js' */

const list = new Intl.ListFormat(locale, {type: 'conjunction'});

/**
 * What became of each request that is counted, and what came back, for one sentence; nothing where there is nothing.
 *
 * @param {Quota} quota @param {LedgerEntry[]} entries @param {Map<number, BookRequest>} requests
 */
export function quotaParts(quota, entries, requests) {
  const now = entries.filter(({period}) => period === currentPeriod(quota));
  const back = now.filter(givesBack);
  const returned = new Set(back.map((entry) => entry.book_request_id));
  const counted = now.filter((entry) => takes(entry) && !returned.has(entry.book_request_id));
  const request = (/** @type {LedgerEntry} */ {book_request_id}) => requests.get(book_request_id ?? 0);
  const open = counted.filter((entry) => request(entry)?.status === 'pending');
  const granted = counted.filter((entry) => ['approved', 'completed'].includes(request(entry)?.status ?? ''));
  const given = now.filter(({kind, amount}) => kind === 'grant' && amount > 0);
  const said = [
    counting('quota.part_open', open.length),
    counting('quota.part_granted', granted.length),
    counting('quota.part_earlier', counted.length - open.length - granted.length),
    counting('quota.part_back', back.length),
    counting('quota.part_given', given.reduce((sum, {amount}) => sum + amount, 0)),
  ];
  return list.format(said.filter((part) => part !== ''));
}

/** @param {string} key @param {number} count */
function counting(key, count) {
  return count > 0 ? translate(key, {count}) : '';
}

import {scopedName} from '../base-path.js';

/**
 * What a user is writing and has not sent, kept by the browser for when they come back: each form's fields under the
 * form's name.
 */
export class Drafts {
  /** @param {number} userId @param {Storage} [storage] */
  constructor(userId, storage = localStorage) {
    this.prefix = `${scopedName('bookbell.draft')}.${userId}.`;
    this.storage = storage;
  }

  /** @param {string} form @returns {Record<string, string>} */
  of(form) {
    return JSON.parse(this.storage.getItem(this.prefix + form) ?? '{}');
  }

  /** @param {string} form @param {string} field @param {string} text */
  keep(form, field, text) {
    const {[field]: _before, ...others} = this.of(form);
    this.set(form, text.trim() === '' ? others : {...others, [field]: text});
  }

  /** @param {string} form @param {Record<string, string>} fields all that is written in it */
  set(form, fields) {
    if (Object.keys(fields).length === 0) return this.drop(form);
    try {
      this.storage.setItem(this.prefix + form, JSON.stringify(fields));
    } catch {
      // The browser has no room, so the text is in its field only.
    }
  }

  /** Puts a text back that was on its way; what is being written meanwhile is kept below it. @param {string} form @param {string} field @param {string} text */
  restore(form, field, text) {
    const written = this.of(form)[field] ?? '';
    const isBack = written === text || written.startsWith(`${text}\n\n`);
    if (!isBack) this.keep(form, field, written ? `${text}\n\n${written}` : text);
  }

  /** @param {string} form */
  drop(form) {
    this.storage.removeItem(this.prefix + form);
  }

  clear() {
    for (const name of Object.keys(this.storage)) if (name.startsWith(this.prefix)) this.storage.removeItem(name);
  }
}

/** What users write and send, each under a user's id. */
const WRITTEN = ['bookbell.draft', 'bookbell.outbox', 'bookbell.desk'].map((name) => `${scopedName(name)}.`);

/**
 * Removes what everybody but this user has left in this browser: whoever signs in next is not to find it.
 *
 * @param {number} userId @param {Storage} [storage]
 */
export function forgetOtherUsers(userId, storage = localStorage) {
  for (const name of Object.keys(storage)) {
    const prefix = WRITTEN.find((start) => name.startsWith(start));
    const owner = prefix && /^\d+/.exec(name.slice(prefix.length))?.[0];
    if (owner && Number(owner) !== userId) storage.removeItem(name);
  }
}

import {ApiError, newKey} from '../client/http.js';
import {serverNow} from '../client/server-clock.js';
import {errorText, faultTexts, fieldErrors} from './error-text.js';

/** @import {ReactiveControllerHost} from 'lit' */

/**
 * The sending of one form: busy or not, and what was refused. A command whose fate is unknown (the answer was lost)
 * keeps its Idempotency-Key and its time for the same content, so that pressing the button again sends the same and
 * cannot do it twice.
 */
export class FormSubmission {
  busy = false;
  /** @type {ApiError | null} */
  error = null;
  /** What was sent last. @type {unknown} */
  #sent = null;
  /** @type {{key: string, time: number, content: string} | null} */
  #unsettled = null;

  /** @param {ReactiveControllerHost} host @param {Record<string, string>} [special] texts for codes that mean something of their own here */
  constructor(host, special = {}) {
    this.host = host;
    this.special = special;
    host.addController(this);
  }

  hostConnected() {}

  /** What is wrong, by field. @returns {Record<string, string>} */
  get fields() {
    return fieldErrors(this.error, this.#sent);
  }

  /** What is wrong as a whole; empty where the fields say it. */
  get message() {
    if (!this.error || Object.keys(this.fields).length > 0) return '';
    return errorText(this.error, this.special);
  }

  /**
   * @param {(key: string, time: number) => Promise<unknown>} action gets the time at which this content was first sent, in ms since 1970
   * @param {unknown} [content] what is sent, by field where there are fields
   * @returns {Promise<boolean>} whether it was done
   */
  async run(action, content = null) {
    if (this.busy) return false;
    this.#sent = content;
    const {key, time} = this.#commandFor(JSON.stringify(content));
    this.#show(true, null);
    try {
      await action(key, time);
      this.#unsettled = null;
      this.#show(false, null);
      return true;
    } catch (error) {
      if (Object.keys(/** @type {any} */ (error).fields ?? {}).length > 0) await faultTexts();
      this.#show(false, /** @type {any} */ (error));
      if (!(error instanceof ApiError)) throw error;
      if (error.status > 0 && error.status < 500) this.#unsettled = null;
      return false;
    }
  }

  clear() {
    this.#show(false, null);
  }

  /** @param {string} content */
  #commandFor(content) {
    if (this.#unsettled?.content !== content) this.#unsettled = {key: newKey(), time: serverNow(), content};
    return this.#unsettled;
  }

  /** @param {boolean} busy @param {ApiError | null} error */
  #show(busy, error) {
    this.busy = busy;
    this.error = error;
    this.host.requestUpdate();
  }
}

/** @param {Event} event of a form @returns {Record<string, string>} its fields, trimmed; empty ones left out */
export function formValues(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

import {html, nothing} from 'lit';
import {repeat} from 'lit/directives/repeat.js';
import {replyCount} from '../client/store.js';
import {LightElement, required} from '../ui/base-elements.js';
import {FormDraft} from '../ui/form-draft.js';
import {FormSubmission, formValues} from '../ui/form-submission.js';
import {formField, formError} from '../ui/form-field.js';
import {initials} from '../ui/text-limits.js';
import {personName, translate} from '../words/translate.js';
import {errorText} from '../ui/error-text.js';
import '../ui/time-ago.js';
import './unsent-items.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {BookRequest, Reply} from '../client/types.js'
 */

/** So many earlier replies are asked for at once. */
const PAGE_SIZE = 50;

/** The replies to a request and the form for one more. Emits `drafting` while one is being written. */
export class RequestThread extends LightElement {
  static properties = {session: {attribute: false}, request: {attribute: false}, loading: {state: true}, failure: {state: true}};

  /** Where the page of replies before those loaded begins. @type {string | null} */
  #cursor = null;
  #sending = new FormSubmission(this);
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `reply-${this.request.id}`}));

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
    /** @type {BookRequest} */
    this.request = required();
    this.loading = false;
    this.failure = '';
  }

  render() {
    const {id, title, replies} = this.request;
    return html`<section class="thread" aria-label=${translate('thread.label', {title, id: String(id)})} data-testid="thread">
      ${this.#earlier()}
      <ol class="thread__replies">
        ${repeat(
          replies,
          (reply) => reply.id,
          (reply) => this.#reply(reply),
        )}
      </ol>
      <unsent-replies .session=${this.session} .requestId=${id}></unsent-replies>
      <form class="thread__form" @submit=${this.#send} @input=${this.#drafting}>
        ${formError(this.#sending.message)}
        ${formField({id: `reply-${id}`, name: 'body', label: translate('thread.yours'), testid: 'reply-text', rows: 2, maxlength: 4000, error: this.#sending.fields.body})}
        <button class="button button--main" data-testid="reply-submit" aria-disabled=${this.#sending.busy}>${translate('form.send')}</button>
      </form>
    </section>`;
  }

  /** What leads to the replies that are not here. */
  #earlier() {
    if (replyCount(this.request) <= this.request.replies.length) return nothing;
    return html`${formError(this.failure)}
      <button type="button" class="button button--quiet" data-testid="thread-earlier" aria-disabled=${this.loading} @click=${this.#loadEarlier}>
        ${translate(this.loading ? 'list.loading' : 'thread.earlier')}
      </button>`;
  }

  async #loadEarlier() {
    const {id} = this.request;
    this.loading = true;
    this.failure = '';
    try {
      const {items, next_cursor} = await this.session.api.replies(id, {limit: PAGE_SIZE, cursor: this.#cursor});
      if (id !== this.request.id) return;
      this.#cursor = next_cursor;
      this.session.store.keepReplies(id, items);
    } catch (error) {
      this.failure = errorText(/** @type {Error} */ (error));
    } finally {
      this.loading = false;
    }
  }

  /** @param {Reply} reply */
  #reply({id, user_id, user_name, body, created_at}) {
    const mine = user_id === this.session.me.user.id;
    return html`<li class="reply ${mine ? 'reply--mine' : ''}" data-testid="reply" data-reply-id=${id}>
      <span class="avatar" aria-hidden="true">${initials(personName(user_name))}</span>
      <div class="reply__bubble">
        <p class="reply__who"><bdi>${mine ? translate('thread.you') : personName(user_name)}</bdi> · <time-ago .time=${created_at}></time-ago></p>
        <p class="reply__text" dir="auto">${body}</p>
      </div>
    </li>`;
  }

  #drafting() {
    const text = /** @type {HTMLTextAreaElement} */ (this.querySelector('textarea')).value;
    this.emit('drafting', {where: 'reply', drafting: text.trim() !== ''});
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const {body = ''} = formValues(event);
    if (body) form.reset(); // it is shown above at once
    const done = await this.#sending.run(
      (key) => {
        const replying = this.session.reply(this.request.id, body, key);
        this.#draft.drop(); // the send queue has it
        return replying;
      },
      {body},
    );
    if (!done) return this.#restoreText(body);
    this.emit('drafting', {where: 'reply', drafting: false});
  }

  /** It was refused. @param {string} body */
  #restoreText(body) {
    const field = /** @type {HTMLTextAreaElement | null} */ (this.querySelector('textarea'));
    if (field) field.value = field.value ? `${body}\n\n${field.value}` : body;
    this.#draft.keepAll();
  }
}

customElements.define('request-thread', RequestThread);

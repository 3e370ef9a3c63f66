import {html} from 'lit';
import {turnOffPush} from '../news/browser-push.js';
import {LightElement} from '../ui/base-elements.js';
import '../words/later.js';
import {translate} from '../words/translate.js';

/**
 * @import {SendQueue} from '../client/send-queue.js'
 * @import {Session} from '../client/session.js'
 */

/** How long a sign-out waits for what is being sent, ms. */
const SEND_TIMEOUT = 10_000;

/**
 * Signs the user out once everything they have written is sent. What can't be sent would be deleted, so they are asked.
 *
 * @param {Session} session
 * @param {() => Promise<boolean>} ask whether to sign out all the same
 */
export async function signOut(session, ask = askInDialog) {
  const {sendQueue} = session;
  await Promise.race([sendAll(session), new Promise((done) => setTimeout(done, SEND_TIMEOUT))]);
  if (sendQueue.items.length > 0 && !(await ask())) return;
  await turnOffPush(session.api).catch(() => {});
  await session.api.signOut();
  session.forget();
}

/** Sends what waits, as far as the server takes it. @param {Session} session */
async function sendAll({sendQueue, beforeSignOut}) {
  await Promise.allSettled(beforeSignOut.map((finish) => finish()));
  const countWaiting = () => sendQueue.items.filter(({problem}) => !problem).length;
  let before;
  do {
    before = countWaiting();
    await sendQueue.flush();
    await whenIdle(sendQueue);
  } while (countWaiting() < before);
}

/** @param {SendQueue} sendQueue */
async function whenIdle(sendQueue) {
  while (sendQueue.items.some((item) => sendQueue.isInFlight(item))) await new Promise((done) => sendQueue.addEventListener('change', done, {once: true}));
}

/** @returns {Promise<boolean>} */
function askInDialog() {
  const dialog = /** @type {SignOutDialog} */ (document.createElement('sign-out-dialog'));
  document.body.append(dialog);
  return new Promise((answer) => dialog.addEventListener('answered', (event) => answer(/** @type {CustomEvent} */ (event).detail)));
}

/** Asks whether to sign out although that deletes what isn't sent. Emits `answered` (detail: whether to), and goes. */
export class SignOutDialog extends LightElement {
  render() {
    return html`<dialog class="sheet" aria-labelledby="sign-out-title" data-testid="sign-out-sheet" @close=${this.#closed}>
      <h2 class="panel__title" id="sign-out-title">${translate('unsent.leaving')}</h2>
      <p>${translate('unsent.leaving_hint')}</p>
      <div class="buttons">
        <button type="button" class="button button--quiet" data-testid="sign-out-back" @click=${() => this.#dialog.close()}>${translate('form.keep')}</button>
        <button type="button" class="button button--bad" data-testid="sign-out-confirm" @click=${() => this.#dialog.close('leave')}>${translate('unsent.leave')}</button>
      </div>
    </dialog>`;
  }

  firstUpdated() {
    this.#dialog.showModal();
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  #closed() {
    this.emit('answered', this.#dialog.returnValue === 'leave');
    this.remove();
  }
}

customElements.define('sign-out-dialog', SignOutDialog);

import {html, nothing, svg} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {dateInWords} from '../words/time-text.js';
import {formatNumber, translateMarkup, translate} from '../words/translate.js';
import {allowanceRule, ledgerEffect, ledgerLine, quotaParts, quotaSum} from './quota-text.js';

/** @import {LedgerEntry, Quota} from '../client/types.js' */

const ROUND = 2 * Math.PI * 26;

/** What is left of a supporter's allowance, and the ledger lines that say why. */
export class QuotaMeter extends SessionElement {
  static properties = {
    creatorId: {attribute: false},
    explained: {state: true},
    entries: {state: true},
  };

  /** The quota that the entries explain. */
  #explainedFor = '';

  constructor() {
    super();
    this.creatorId = 0;
    this.explained = false;
    /** @type {LedgerEntry[]} */
    this.entries = [];
  }

  get #quota() {
    return this.session.store.quotas.get(this.creatorId);
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId')) this.#reload();
  }

  storeChanged() {
    const now = JSON.stringify(this.#quota ?? null);
    if (now !== this.#explainedFor) this.#reload();
    super.storeChanged();
  }

  async #reload() {
    this.#explainedFor = JSON.stringify(this.#quota ?? null);
    const creatorId = this.creatorId;
    const known = this.#quota;
    const {entries, ...quota} = await this.session.api.quota(creatorId).catch(() => ({entries: this.entries, ...known}));
    if (creatorId !== this.creatorId) return;
    this.entries = entries;
    if (!this.#quota && 'remaining' in quota) this.session.store.keepQuota(/** @type {Quota} */ (quota));
  }

  render() {
    const quota = this.#quota;
    if (!quota) return html`<section class="panel quota"><div class="skeleton skeleton--line"></div></section>`;
    const {remaining} = quota;
    return html`<section class="panel quota" aria-label=${translate('quota.title')} data-testid="quota">
      <div class="quota__sum">
        ${remaining === null ? nothing : ring(quota)}
        <div>
          <p class="quota__left">${remaining === null ? translate('quota.left_any') : translateMarkup('quota.left', {count: remaining, number: html`<strong data-testid="quota-remaining">${formatNumber(remaining)}</strong>`})}</p>
          <p class="quota__used" data-testid="quota-sentence">${this.#sentence(quota)}</p>
        </div>
        <button type="button" class="button button--link" aria-expanded=${this.explained} data-testid="quota-explain" @click=${this.#toggle}>${translate(this.explained ? 'quota.close' : 'quota.why')}</button>
      </div>
      ${this.explained ? this.#explanation(quota) : nothing}
    </section>`;
  }

  /** @param {Quota} quota */
  #sentence(quota) {
    const {allowed, used} = quota;
    if (allowed === 0 && used === 0) return translate('quota.zero');
    const sum = html`<span data-testid="quota-used">${allowed === null ? translate('quota.used_any', {used}) : translate('quota.used', {used, allowed})}</span>`;
    const parts = quotaParts(quota, this.entries, this.session.store.requests);
    return parts ? translateMarkup('quota.sentence', {sum, parts}) : sum;
  }

  /** @param {Quota} quota */
  #explanation(quota) {
    return html`<div class="quota__why" data-testid="quota-explanation">
      <p data-testid="quota-sum">${quotaSum(quota, this.entries)}</p>
      <p>${allowanceRule(quota)}</p>
      <ol class="ledger">
        ${this.entries.map(
          (entry) => html`<li class="ledger__line" data-testid="ledger-entry" data-kind=${entry.kind}>
            <span class="ledger__effect ledger__effect--${entry.kind}" dir="ltr">${ledgerEffect(entry)}</span>
            <span class="ledger__text">${ledgerLine(entry, quota)} <time class="ledger__day" datetime=${entry.created_at}>${dateInWords(entry.created_at)}</time></span>
          </li>`,
        )}
      </ol>
    </div>`;
  }

  #toggle() {
    this.explained = !this.explained;
    if (this.explained) this.#reload();
  }
}

/** @param {Quota} quota */
function ring(quota) {
  const allowed = quota.allowed ?? 0;
  const remaining = quota.remaining ?? 0;
  const share = allowed > 0 ? Math.min(1, remaining / allowed) : 0;
  const heat = remaining === 0 ? 'empty' : share <= 0.25 ? 'low' : 'fine';
  return html`<svg class="ring ring--${heat}" viewBox="0 0 64 64" role="img" aria-label=${translate('quota.ring', {remaining, allowed})}>
    ${svg`<circle class="ring__track" cx="32" cy="32" r="26" />
      <circle class="ring__left" cx="32" cy="32" r="26" transform="rotate(-90 32 32)" stroke-dasharray="${share * ROUND} ${ROUND}" />`}
  </svg>`;
}

customElements.define('quota-meter', QuotaMeter);

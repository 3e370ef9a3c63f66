import {html, nothing} from 'lit';
import {live} from 'lit/directives/live.js';
import {SessionElement} from '../ui/base-elements.js';
import {formError, formField} from '../ui/form-field.js';
import {FormSubmission, formValues} from '../ui/form-submission.js';
import {readFailure} from '../ui/list-footer.js';
import {translate} from '../words/translate.js';
import {USUAL_EVENTS, ownEndpoint} from './browser-push.js';
import '../ui/confirm-button.js';
import './chat-form.js';
import './news-words.js';
import './push-switch.js';

/** @import {ChatForm} from './chat-form.js' */
/** @import {NotificationSettings, NewsChannel} from '../client/types.js' */

const EVENTS = ['request_created', 'request_answered', 'reply_added', 'request_withdrawn', 'quota_reset', 'followed_answered', 'notice'];
/** @typedef {(settings: NotificationSettings) => object} Change */

const DIGESTS = ['off', 'daily', 'weekly'];

/** A part of the account page: what one is told outside the page, by which channel, and when. */
export class NewsSettings extends SessionElement {
  static properties = {settings: {state: true}, endpoint: {state: true}, failure: {state: true}};

  #saving = new FormSubmission(this);
  #testing = new FormSubmission(this);
  /** Which form was used last, to show an error there. @type {'mail' | 'chat' | undefined} */
  #adding;
  /** Changes that are on their way, each to what the ones before it leave. @type {Change[]} */
  #changes = [];
  /** @type {Promise<unknown>} */
  #saved = Promise.resolve();

  constructor() {
    super();
    /** @type {NotificationSettings | null} */
    this.settings = null;
    /** Of this browser, if it is a channel. */
    this.endpoint = '';
    /** Why the settings could not be read. @type {Error | null} */
    this.failure = null;
  }

  firstUpdated() {
    return this.#load();
  }

  async #load() {
    try {
      this.endpoint = await ownEndpoint();
      this.settings = await this.session.api.notificationSettings();
      this.failure = null;
    } catch (error) {
      this.failure = /** @type {Error} */ (error);
    }
  }

  /** With what was chosen since; the channels as the server has them. */
  get #shown() {
    const {settings} = this;
    return settings && {...this.#changes.reduce((before, change) => ({...before, ...change(before)}), settings), channels: settings.channels};
  }

  render() {
    const settings = this.#shown;
    const wrong = this.#saving.fields;
    return html`<section class="panel" id="news" aria-labelledby="news-title" data-testid="news-settings">
      <h2 class="panel__title" id="news-title">${translate('news.title')}</h2>
      <p class="panel__text">${translate(settings?.kinds.length === 0 ? 'news.none_set_up' : 'news.lead')}</p>
      ${readFailure(this.failure, () => this.#load())}
      ${(settings?.broken ?? []).map(({kind, error}) => html`<p class="notice" role="status" data-testid="news-broken">${translate('news.broken', {kind: translate(`news.kind_${kind}`), reason: error})}</p>`)}
      ${formError((wrong['quiet.from'] ?? wrong['quiet.to'] ?? this.#saving.message) || this.#testing.message)}
      ${settings && (settings.kinds.length > 0 || settings.channels.length > 0) ? [this.#channels(settings), settings.channels.length > 0 ? [this.#events(settings), this.#times(settings)] : nothing] : nothing}
    </section>`;
  }

  /** @param {NotificationSettings} settings */
  #channels({channels, kinds}) {
    return html`<ul class="rows">
        ${channels.map((channel) => this.#channel(channel))}
      </ul>
      ${
        kinds.includes('mail') && !channels.some(({kind}) => kind === 'mail')
          ? html`<form class="news-add" novalidate @submit=${this.#addMail} data-testid="news-add">
            ${formField({id: 'news-address', name: 'target', label: translate('news.address'), type: 'email', autocomplete: 'email', value: this.session.me.user.email, testid: 'news-address', error: this.#adding === 'mail' ? this.#addressFault : undefined})}
            <button class="button" data-testid="news-add-submit" aria-disabled=${this.#saving.busy}>${translate('news.add')}</button>
          </form>`
          : nothing
      }
      ${kinds.includes('web_push') ? html`<push-switch .session=${this.session} @push-changed=${() => this.#load()}></push-switch>` : nothing}
      <chat-form .kinds=${kinds} .error=${this.#adding === 'chat' ? (this.#addressFault ?? '') : ''} .busy=${this.#saving.busy} @chosen=${this.#addChat}></chat-form>`;
  }

  /** @param {NewsChannel} channel */
  #channel({id, kind, target, verified, error}) {
    const ended = kind === 'mail' ? translate('news.unverified') : translate('news.gone', {reason: error ?? ''});
    const state = verified ? (error ? translate('news.failing', {reason: error}) : '') : ended;
    const browser = translate(target === this.endpoint ? 'news.kind_web_push' : 'news.other_browser');
    return html`<li class="row" data-testid="news-channel" data-kind=${kind} data-verified=${verified}>
      <div class="row__main">
        <p class="row__name">${kind === 'web_push' ? browser : html`${translate(`news.kind_${kind}`)} <bdi>${target}</bdi>`}</p>
        ${state ? html`<p class="row__sub" data-testid="news-channel-state">${state}</p>` : nothing}
      </div>
      <div class="row__actions">
        ${verified ? html`<button type="button" class="button button--small" data-testid="news-test" @click=${() => this.#test(id)}>${translate('news.test')}</button>` : nothing}
        <confirm-button testid="news-remove" label=${translate('news.remove')} question="" yes=${translate('news.remove')} @confirmed=${() => this.#remove(id)}></confirm-button>
      </div>
    </li>`;
  }

  /** What is wrong with the address of a new channel, the last one that was sent. */
  get #addressFault() {
    const place = Object.keys(this.#saving.fields).find((field) => /^channels(\[\d+\]\.target)?$/.test(field));
    return place && this.#saving.fields[place];
  }

  /** A row for each event, with a box for each kind of channel one has. @param {NotificationSettings} settings */
  #events({channels, events, broken}) {
    const kinds = [...new Set(channels.map(({kind}) => kind))];
    return html`<fieldset class="news-events">
      <legend>${translate('news.events')}</legend>
      ${EVENTS.filter((event) => event !== 'notice' || broken !== null).map(
        (event) =>
          html`<div class="news-event">
            <span id="news-${event}">${translate(`news.event_${event}`)}</span>
            ${kinds.map(
              (kind) =>
                html`<label class="news-event__kind"><input type="checkbox" aria-describedby="news-${event}" .checked=${live(events[event]?.includes(kind) ?? false)} data-testid="news-${event}-${kind}" @change=${(/** @type {Event} */ change) => this.#choose(event, kind, /** @type {HTMLInputElement} */ (change.target).checked)} />
                  ${translate(`news.kind_${kind}`)}</label>`,
            )}
          </div>`,
      )}
    </fieldset>`;
  }

  /** @param {NotificationSettings} settings */
  #times({channels, digest, quiet}) {
    const timeOf = (/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.target).value;
    return html`<div class="news-times">
      ${
        channels.some(({kind}) => kind === 'mail')
          ? html`<label class="field"><span class="field__label">${translate('news.digest')}</span>
            <select class="field__input" data-testid="news-digest" .value=${live(digest)} @change=${(/** @type {Event} */ event) => this.#saveWith({digest: timeOf(event)})}>
              ${DIGESTS.map((each) => html`<option value=${each} ?selected=${each === digest}>${translate(`news.digest_${each}`)}</option>`)}
            </select></label>`
          : nothing
      }
      <label class="news-event__kind"><input type="checkbox" .checked=${live(quiet !== null)} data-testid="news-quiet" @change=${(/** @type {Event} */ event) => this.#saveWith({quiet: /** @type {HTMLInputElement} */ (event.target).checked ? {from: '22:00', to: '07:00'} : null})} />
        ${translate('news.quiet')}</label>
      ${
        quiet
          ? html`<label class="field"><span class="field__label">${translate('news.quiet_from')}</span><input class="field__input" type="time" .value=${live(quiet.from)} data-testid="news-quiet-from" @change=${(/** @type {Event} */ event) => this.#saveWith({quiet: {...quiet, from: timeOf(event)}})} /></label>
            <label class="field"><span class="field__label">${translate('news.quiet_to')}</span><input class="field__input" type="time" .value=${live(quiet.to)} data-testid="news-quiet-to" @change=${(/** @type {Event} */ event) => this.#saveWith({quiet: {...quiet, to: timeOf(event)}})} /></label>`
          : nothing
      }
    </div>`;
  }

  /** @param {string} event @param {string} kind @param {boolean} wanted */
  #choose(event, kind, wanted) {
    return this.#save(({events}) => {
      const others = (events[event] ?? []).filter((each) => each !== kind);
      return {events: {...events, [event]: wanted ? [...others, kind] : others}};
    });
  }

  /** @param {SubmitEvent} event */
  #addMail(event) {
    const {target = ''} = formValues(event);
    this.#adding = 'mail';
    return this.#save((settings) => ({channels: [...kept(settings), {kind: 'mail', target}]}));
  }

  /** A first channel of a kind gets the usual events. @param {CustomEvent<{kind: string, target: string}>} event */
  async #addChat({detail: channel, target}) {
    this.#adding = 'chat';
    const added = await this.#save((settings) => {
      const events = {...settings.events};
      const chosen = Object.values(events).some((kinds) => kinds.includes(channel.kind));
      if (!chosen) for (const event of USUAL_EVENTS) events[event] = [...(events[event] ?? []), channel.kind];
      return {channels: [...kept(settings), channel], events};
    });
    if (added) /** @type {ChatForm} */ (target).clear();
  }

  /** @param {number} id */
  #remove(id) {
    return this.#save((settings) => ({channels: kept(settings).filter((each) => each.id !== id)}));
  }

  /** @param {object} change */
  #saveWith(change) {
    return this.#save(() => change);
  }

  /** One after the other; after one that failed, none of those that waited for it. @param {Change} change @returns {Promise<boolean>} */
  #save(change) {
    this.#changes.push(change);
    const saved = this.#saved.then(() => this.#changes.includes(change) && this.#send(change));
    this.#saved = saved.catch(() => {});
    this.requestUpdate();
    return saved;
  }

  /** @param {Change} change */
  async #send(change) {
    let saved = false;
    try {
      saved = await this.#sendAll(change);
      return saved;
    } finally {
      this.#changes = saved ? this.#changes.filter((one) => one !== change) : [];
      this.requestUpdate();
    }
  }

  /** Sends all settings with a change; the hours are those of the reader's time zone. @param {Change} change */
  async #sendAll(change) {
    if (!this.settings) return false;
    const saved = await this.#saving.run(async () => {
      const settings = await this.session.api.notificationSettings(); // what was changed elsewhere meanwhile stays
      const next = {events: settings.events, digest: settings.digest, quiet: settings.quiet, channels: kept(settings), ...change(settings)};
      const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      this.settings = await this.session.api.changeNotificationSettings({...next, quiet: {...next.quiet, time_zone}});
    });
    if (saved) this.showToast(translate('news.saved'));
    return saved;
  }

  /** @param {number} channel */
  async #test(channel) {
    if (await this.#testing.run((key) => this.session.api.testChannel(channel, {key}), channel)) this.showToast(translate('news.test_sent'));
  }
}

/** The channels as they're named to keep them. @param {NotificationSettings} settings */
function kept({channels}) {
  return channels.map(({id, kind}) => ({id, kind}));
}

customElements.define('news-settings', NewsSettings);

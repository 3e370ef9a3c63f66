import {html} from 'lit';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement, lazyModule} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import './saved-reply-editor.js';
import './creator-look.js';
import './creator-rules.js';
import './creator-zone.js';
import '../words/later.js';

const loadSources = lazyModule(() => Promise.all([import('../membership/patreon-settings.js'), import('../membership/kofi-settings.js')]));
const loadWebhooks = lazyModule(() => import('../webhook/creator-webhooks.js'));

/** The creator's own settings: whether requests are taken, and the notice to all supporters. */
export class CreatorPage extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  #switching = new FormSubmission(this);
  #showing = new FormSubmission(this);
  #deciding = new FormSubmission(this);
  #saving = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `notice-${this.creatorId}`}));

  constructor() {
    super();
    this.creatorId = 0;
  }

  firstUpdated() {
    loadSources();
    loadWebhooks();
  }

  render() {
    const creator = this.session.store.creators.get(this.creatorId);
    if (!creator) return html`<div class="skeleton"></div>`;
    return html`<div class="narrow">
      <header class="page-head">
        <h1 tabindex="-1">${translate('creator.title')}</h1>
        <p class="page-head__sub">${translate('creator.lead')}</p>
      </header>
      <section class="panel">
        ${formError(this.#switching.message)}
        <div class="switch-row">
          <div>
            <h2 class="panel__title" id="accepting-label">${translate('creator.accepting')}</h2>
            <p class="panel__text">${translate(creator.accepting ? 'creator.accepting_on' : 'creator.accepting_off')}</p>
          </div>
          <button type="button" class="switch" role="switch" aria-checked=${creator.accepting} aria-labelledby="accepting-label" data-testid="accepting-switch"
            aria-disabled=${this.#switching.busy} @click=${this.#switch}><span class="switch__knob"></span></button>
        </div>
      </section>
      <section class="panel">
        ${formError(this.#showing.message)}
        <div class="switch-row">
          <div>
            <h2 class="panel__title" id="asked-label">${translate('creator.asked')}</h2>
            <p class="panel__text">${translate(creator.shows_asked ? 'creator.asked_shown' : 'creator.asked_hidden')}</p>
          </div>
          <button type="button" class="switch" role="switch" aria-checked=${creator.shows_asked} aria-labelledby="asked-label" data-testid="asked-switch"
            aria-disabled=${this.#showing.busy} @click=${this.#show}><span class="switch__knob"></span></button>
        </div>
      </section>
      <section class="panel" ?hidden=${this.session.me.user.id !== this.creatorId}>
        ${formError(this.#deciding.message)}
        <div class="switch-row">
          <div>
            <h2 class="panel__title" id="own-label">${translate('creator.own')}</h2>
            <p class="panel__text">${translate(creator.self_service ? 'creator.own_on' : 'creator.own_off')}</p>
          </div>
          <button type="button" class="switch" role="switch" aria-checked=${creator.self_service} aria-labelledby="own-label" data-testid="own-switch"
            aria-disabled=${this.#deciding.busy} @click=${this.#decide}><span class="switch__knob"></span></button>
        </div>
      </section>
      <creator-look .session=${this.session} .creatorId=${this.creatorId}></creator-look>
      <form class="panel panel--form" @submit=${this.#save}>
        ${formError(this.#saving.message)}
        ${formField({
          id: 'notice',
          name: 'notice',
          label: translate('creator.notice'),
          value: creator.notice,
          optional: true,
          rows: 4,
          maxlength: 500,
          testid: 'notice-text',
          error: this.#saving.fields.notice,
          hint: translate('creator.notice_hint', {most: 500}),
        })}
        <button class="button button--main" data-testid="notice-submit" aria-disabled=${this.#saving.busy}>${translate('creator.publish')}</button>
      </form>
      <creator-zone .session=${this.session} .creatorId=${this.creatorId}></creator-zone>
      <creator-rules .session=${this.session} .creatorId=${this.creatorId}></creator-rules>
      <saved-reply-editor .session=${this.session} .creatorId=${this.creatorId}></saved-reply-editor>
      <patreon-settings .session=${this.session} .creatorId=${this.creatorId}></patreon-settings>
      <kofi-settings .session=${this.session} .creatorId=${this.creatorId}></kofi-settings>
      <creator-webhooks .session=${this.session} .creatorId=${this.creatorId}></creator-webhooks>
    </div>`;
  }

  async #switch() {
    const accepting = !this.session.store.creators.get(this.creatorId)?.accepting;
    await this.#switching.run(() => this.#change({accepting}), accepting);
  }

  async #show() {
    const shows_asked = !this.session.store.creators.get(this.creatorId)?.shows_asked;
    await this.#showing.run(() => this.#change({shows_asked}), {shows_asked});
  }

  async #decide() {
    const self_service = !this.session.store.creators.get(this.creatorId)?.self_service;
    await this.#deciding.run(() => this.#change({self_service}), {self_service});
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    const {notice = ''} = formValues(event);
    if (!(await this.#saving.run(() => this.#change({notice}), {notice}))) return;
    this.#draft.drop();
    this.showToast(translate(notice ? 'creator.published' : 'creator.taken_down'));
  }

  /** @param {{accepting?: boolean, notice?: string, shows_asked?: boolean, self_service?: boolean}} change */
  async #change(change) {
    this.session.store.keepCreator(await this.session.api.changeCreator(this.creatorId, change));
  }
}

customElements.define('creator-page', CreatorPage);

import {html} from 'lit';
import {Draft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {field, formError} from '../ui/form-field.js';
import {fieldsOf, Submission} from '../ui/form-submission.js';
import {say} from '../words/translate.js';
import './saved-reply-editor.js';
import './creator-look.js';
import './creator-rules.js';

/** The creator's own settings: whether requests are taken, and the notice to all supporters. */
export class CreatorPage extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  #switching = new Submission(this);
  #showing = new Submission(this);
  #deciding = new Submission(this);
  #saving = new Submission(this, {unreachable: 'error.unreachable_kept'});
  #draft = new Draft(this, () => ({drafts: this.session.drafts, form: `notice-${this.creatorId}`}));

  constructor() {
    super();
    this.creatorId = 0;
  }

  render() {
    const creator = this.session.store.creators.get(this.creatorId);
    if (!creator) return html`<div class="skeleton"></div>`;
    return html`<div class="narrow">
      <header class="page-head">
        <h1 tabindex="-1">${say('creator.title')}</h1>
        <p class="page-head__sub">${say('creator.lead')}</p>
      </header>
      <section class="panel">
        ${formError(this.#switching.message)}
        <div class="switch-row">
          <div>
            <h2 class="panel__title" id="accepting-label">${say('creator.accepting')}</h2>
            <p class="panel__text">${say(creator.accepting ? 'creator.accepting_on' : 'creator.accepting_off')}</p>
          </div>
          <button type="button" class="switch" role="switch" aria-checked=${creator.accepting} aria-labelledby="accepting-label" data-testid="accepting-switch"
            ?disabled=${this.#switching.busy} @click=${this.#switch}><span class="switch__knob"></span></button>
        </div>
      </section>
      <section class="panel">
        ${formError(this.#showing.message)}
        <div class="switch-row">
          <div>
            <h2 class="panel__title" id="asked-label">${say('creator.asked')}</h2>
            <p class="panel__text">${say(creator.shows_asked ? 'creator.asked_shown' : 'creator.asked_hidden')}</p>
          </div>
          <button type="button" class="switch" role="switch" aria-checked=${creator.shows_asked} aria-labelledby="asked-label" data-testid="asked-switch"
            ?disabled=${this.#showing.busy} @click=${this.#show}><span class="switch__knob"></span></button>
        </div>
      </section>
      <section class="panel">
        ${formError(this.#deciding.message)}
        <div class="switch-row">
          <div>
            <h2 class="panel__title" id="own-label">${say('creator.own')}</h2>
            <p class="panel__text">${say(creator.self_service ? 'creator.own_on' : 'creator.own_off')}</p>
          </div>
          <button type="button" class="switch" role="switch" aria-checked=${creator.self_service} aria-labelledby="own-label" data-testid="own-switch"
            ?disabled=${this.#deciding.busy} @click=${this.#decide}><span class="switch__knob"></span></button>
        </div>
      </section>
      <creator-look .session=${this.session} .creatorId=${this.creatorId}></creator-look>
      <form class="panel panel--form" @submit=${this.#save}>
        ${formError(this.#saving.message)}
        ${field({
          id: 'notice',
          name: 'notice',
          label: say('creator.notice'),
          value: creator.notice,
          optional: true,
          rows: 4,
          maxlength: 500,
          testid: 'notice-text',
          error: this.#saving.fields.notice,
          hint: say('creator.notice_hint', {most: 500}),
        })}
        <button class="button button--main" data-testid="notice-submit" ?disabled=${this.#saving.busy}>${say('creator.publish')}</button>
      </form>
      <creator-rules .session=${this.session} .creatorId=${this.creatorId}></creator-rules>
      <canned-answers .session=${this.session} .creatorId=${this.creatorId}></canned-answers>
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
    const {notice = ''} = fieldsOf(event);
    if (!(await this.#saving.run(() => this.#change({notice}), {notice}))) return;
    this.#draft.drop();
    this.tell(say(notice ? 'creator.published' : 'creator.taken_down'));
  }

  /** @param {{accepting?: boolean, notice?: string, shows_asked?: boolean, self_service?: boolean}} change */
  async #change(change) {
    this.session.store.keepCreator(await this.session.api.changeCreator(this.creatorId, change));
  }
}

customElements.define('creator-page', CreatorPage);

import {html, nothing} from 'lit';
import {live} from 'lit/directives/live.js';
import {FormDraft} from '../ui/form-draft.js';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {icon} from '../ui/icon-set.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {initials} from '../ui/text-limits.js';
import {translate} from '../words/translate.js';
import '../words/later.js';

const MAX_BYTES = 512 * 1024;
const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'];
/** Good to begin with; any other can be chosen too. */
const COLOURS = ['#2f4f8a', '#7a3b2e', '#1d6a43', '#6b3fa0', '#9a5a00', '#0f6b74', '#a3312a', '#3d4652'];

/** How a creator looks to supporters: name, colour and picture. All of it is shown to everybody at once. */
export class CreatorLook extends SessionElement {
  static properties = {creatorId: {attribute: false}, unfit: {state: true}};

  #naming = new FormSubmission(this, {unreachable: 'error.unreachable_kept'});
  #colouring = new FormSubmission(this);
  #picturing = new FormSubmission(this);
  #draft = new FormDraft(this, () => ({drafts: this.session.drafts, form: `look-${this.creatorId}`}));

  constructor() {
    super();
    this.creatorId = 0;
    /** What is wrong with the picture that was chosen. */
    this.unfit = '';
  }

  get #creator() {
    return this.session.store.creators.get(this.creatorId);
  }

  render() {
    const creator = this.#creator;
    if (!creator) return html`<div class="skeleton"></div>`;
    return html`<section class="panel look" aria-labelledby="look-heading">
      <h2 class="panel__title" id="look-heading">${translate('look.title')}</h2>
      ${this.#picture(creator)} ${this.#name(creator)} ${this.#colours(creator)}
    </section>`;
  }

  /** @param {import('../client/types.js').Creator} creator */
  #picture({name, picture}) {
    return html`<div class="look__row">
      ${picture ? html`<img class="look__picture" src=${picture} alt=${translate('look.picture_of', {name})} width="72" height="72" data-testid="look-picture" />` : html`<span class="look__picture look__picture--none" aria-hidden="true">${initials(name)}</span>`}
      <div class="look__choose">
        <label class="button button--quiet look__file">
          <input class="visually-hidden" type="file" accept=${IMAGE_TYPES.join()} data-testid="look-file" ?disabled=${this.#picturing.busy} @change=${this.#onPicture} />
          ${translate(picture ? 'look.another' : 'look.choose')}
        </label>
        ${picture ? html`<button type="button" class="button button--link" data-testid="look-picture-remove" @click=${() => this.#removePicture()}>${translate('look.remove')}</button>` : nothing}
        <p class="field__hint">${translate('look.rule')}</p>
        ${formError(this.unfit || (this.#picturing.fields.picture ?? this.#picturing.message))}
      </div>
    </div>`;
  }

  /** @param {import('../client/types.js').Creator} creator */
  #name({name}) {
    return html`<form class="look__name" novalidate @submit=${this.#saveName}>
      ${formError(this.#naming.message)}
      ${formField({id: 'look-name', name: 'name', label: translate('look.name'), value: name, maxlength: 100, testid: 'look-name', error: this.#naming.fields.name})}
      <button class="button" data-testid="look-name-save" aria-disabled=${this.#naming.busy}>${translate('form.save')}</button>
    </form>`;
  }

  /** @param {import('../client/types.js').Creator} creator */
  #colours({colour}) {
    return html`<fieldset class="look__colours" ?disabled=${this.#colouring.busy}>
      <legend class="field__label">${translate('look.colour')}</legend>
      ${COLOURS.map(
        (
          one,
        ) => html`<button type="button" class="look__colour" style="--one: ${one}" aria-pressed=${colour === one} aria-label=${translate('look.colour_one', {colour: one})} data-testid="look-colour" data-colour=${one} @click=${() => this.#saveColour(one)}>
          ${colour === one ? icon('check') : nothing}
        </button>`,
      )}
      <label class="look__own">${translate('look.another_colour')} <input type="color" .value=${live(colour ?? COLOURS[0])} data-testid="look-colour-own" @change=${(/** @type {Event} */ event) => this.#saveColour(/** @type {HTMLInputElement} */ (event.target).value)} /></label>
      ${colour ? html`<button type="button" class="button button--link" data-testid="look-colour-none" @click=${() => this.#saveColour('')}>${translate('look.plain')}</button>` : nothing}
      ${formError(this.#colouring.message)}
    </fieldset>`;
  }

  /** @param {SubmitEvent} event */
  async #saveName(event) {
    const {name = ''} = formValues(event);
    if (!(await this.#naming.run(() => this.#change({name}), {name}))) return;
    this.#draft.drop();
    this.showToast(translate('look.name_saved'));
  }

  /** @param {string} colour */
  #saveColour(colour) {
    return this.#colouring.run(() => this.#change({colour}), colour);
  }

  /** @param {object} change */
  async #change(change) {
    this.session.store.keepCreator(await this.session.api.changeCreator(this.creatorId, change));
  }

  /** @param {Event} event */
  async #onPicture(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    this.unfit = file.size > MAX_BYTES ? translate('look.too_large') : IMAGE_TYPES.includes(file.type) ? '' : translate('look.rule');
    if (!this.unfit) await this.#picturing.run(async () => this.session.store.keepCreator(await this.session.api.showPicture(this.creatorId, file)));
  }

  #removePicture() {
    return this.#picturing.run(async () => this.session.store.keepCreator(await this.session.api.removePicture(this.creatorId)));
  }
}

customElements.define('creator-look', CreatorLook);

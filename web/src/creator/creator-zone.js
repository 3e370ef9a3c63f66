import {html} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {formField, formError} from '../ui/form-field.js';
import {formValues, FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../words/later.js';

/** The time zone in which a creator's months begin. A choice that isn't saved is no draft: it would look like the zone that counts. */
export class CreatorZone extends SessionElement {
  static properties = {creatorId: {attribute: false}};

  #saving = new FormSubmission(this);

  constructor() {
    super();
    this.creatorId = 0;
  }

  render() {
    const zone = this.session.store.creators.get(this.creatorId)?.time_zone ?? 'UTC';
    return html`<form class="panel panel--form" @submit=${this.#save}>
      ${formError(this.#saving.message)}
      ${formField({id: 'time-zone', name: 'time_zone', label: translate('creator.zone'), hint: translate('creator.zone_hint'), value: zone, options: timeZones(zone), testid: 'time-zone', error: this.#saving.fields.time_zone})}
      <button class="button" data-testid="time-zone-submit" aria-disabled=${this.#saving.busy}>${translate('form.save')}</button>
    </form>`;
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    const {time_zone} = formValues(event);
    await this.#saving.run(async () => this.session.store.keepCreator(await this.session.api.changeCreator(this.creatorId, {time_zone})), {time_zone});
  }
}

/** @param {string} current @returns {[string, string][]} the names that the browser knows, which most people recognize */
function timeZones(current) {
  const names = new Set(['UTC', current, ...Intl.supportedValuesOf('timeZone')]);
  return [...names].map((name) => [name, name.replaceAll('_', ' ')]);
}

customElements.define('creator-zone', CreatorZone);

import {html, nothing} from 'lit';
import {LightElement, required, liveRegion} from '../ui/base-elements.js';
import {faultText} from '../ui/error-text.js';
import {formError} from '../ui/form-field.js';
import {FormSubmission} from '../ui/form-submission.js';
import {translate} from '../words/translate.js';
import '../words/later.js';

/**
 * @import {Session} from '../client/session.js'
 * @import {ListImport} from '../client/types.js'
 */

/** Brings supporters in line with a CSV file, after showing what it would do. Emits `changed`. */
class SupporterListImport extends LightElement {
  static properties = {session: {attribute: false}, creatorId: {attribute: false}, result: {state: true}};

  #importing = new FormSubmission(this);
  /** @type {File | null} */
  #file = null;

  constructor() {
    super();
    /** @type {Session} */
    this.session = required();
    this.creatorId = 0;
    /** @type {ListImport | null} */
    this.result = null;
  }

  render() {
    const {email, tier, lines} = this.#importing.fields;
    return html`<details class="panel" data-testid="supporter-import">
      <summary>${translate('supporters.import')}</summary>
      ${formError(email ?? tier ?? lines ?? this.#importing.message)}
      <div class="field">
        <label class="field__label" for="supporter-list">${translate('supporters.import_hint')}</label>
        <input id="supporter-list" class="input" type="file" accept=".csv,text/csv" data-testid="import-file" ?disabled=${this.#importing.busy} @change=${this.#choose} />
      </div>
      ${liveRegion('status', this.result ? this.#outcome(this.result) : nothing)}
    </details>`;
  }

  /** @param {ListImport} result */
  #outcome(result) {
    const {moved, added, invited, unchanged, blocked, invalid} = result;
    return html`<div data-testid="import-result">
      <p>${translate('supporters.import_result', {moved, added, invited, unchanged, blocked, invalid})}</p>
      ${result.lines.filter(({detail}) => detail).map(({line, email, detail}) => html`<p class="row__sub">${line}: <bdi>${email}</bdi> – ${faultText(detail ?? '')}</p>`)}
      ${result.links.map(({tier, uses, url}) => html`<p>${tier} (${uses}): <input class="input" dir="ltr" readonly aria-label=${translate('invitations.link')} .value=${url} /></p>`)}
      ${result.dry_run ? html`<button type="button" class="button button--main" data-testid="import-submit" aria-disabled=${this.#importing.busy} @click=${() => this.#run(false)}>${translate('supporters.import_do')}</button>` : nothing}
    </div>`;
  }

  /** @param {Event} event */
  async #choose(event) {
    const [file] = /** @type {HTMLInputElement} */ (event.target).files ?? [];
    this.result = null;
    this.#file = file ?? null;
    if (file) await this.#run(true);
  }

  /** @param {boolean} dryRun */
  async #run(dryRun) {
    const file = /** @type {File} */ (this.#file);
    const {name, size, lastModified} = file;
    const list = new Blob([file], {type: 'text/csv'});
    const done = await this.#importing.run(
      async (key) => {
        this.result = await this.session.api.importSupporters(this.creatorId, list, dryRun, {key});
      },
      {dryRun, name, size, lastModified},
    );
    if (done && !dryRun) this.emit('changed');
  }
}

customElements.define('supporter-list-import', SupporterListImport);

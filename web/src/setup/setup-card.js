import {BASE_PATH} from '../base-path.js';
import {html, nothing} from 'lit';
import {SessionElement} from '../ui/base-elements.js';
import {translate} from '../words/translate.js';
import {readSetupProgress, STEPS, stepsDone} from './setup-progress.js';

/** On the home of a creator who has not finished setting up: where to go on. */
export class SetupCard extends SessionElement {
  static properties = {creatorId: {attribute: false}, done: {state: true}};

  constructor() {
    super();
    this.creatorId = 0;
    this.done = STEPS;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('creatorId'))
      readSetupProgress(this.session, this.creatorId).then(
        (progress) => (this.done = stepsDone(progress)),
        () => {},
      );
  }

  render() {
    if (this.done === STEPS) return nothing;
    return html`<section class="panel setup-card" aria-labelledby="setup-card-heading" data-testid="setup-card">
      <div>
        <h2 class="panel__title" id="setup-card-heading">${translate('guide.card')}</h2>
        <p class="panel__text">${translate('guide.card_hint', {done: this.done, all: STEPS})}</p>
      </div>
      <a class="button button--main" href="${BASE_PATH}/creators/${this.creatorId}/begin" data-testid="setup-continue">${translate('guide.go_on')}</a>
    </section>`;
  }
}

customElements.define('setup-card', SetupCard);

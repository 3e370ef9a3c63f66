import {translate} from '../words/translate.js';
import {formField} from './form-field.js';
import '../words/later.js';

/** @param {Element} field */
function problemOf(field) {
  if (!(field instanceof HTMLInputElement) || field.type !== 'number') return '';
  const {badInput, valueMissing} = field.validity;
  return badInput ? translate('invalid.number') : valueMissing ? translate('invalid.missing') : '';
}

/** Forms get no text for what is no number, and no text means no limit in some of them: so they aren't sent. @param {Event} event */
function refuseWhatIsNoNumber(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const wrong = /** @type {HTMLInputElement | undefined} */ ([...form.elements].find(problemOf));
  if (!wrong) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  wrong.setCustomValidity(problemOf(wrong));
  wrong.addEventListener('input', () => wrong.setCustomValidity(''), {once: true});
  wrong.reportValidity();
}

document.addEventListener('submit', refuseWhatIsNoNumber, {capture: true});

/** A {@link formField} for a number: a form isn't sent with something else in it, or with nothing unless it's optional. @param {Parameters<typeof formField>[0]} parts */
export function numberField(parts) {
  return formField({...parts, type: 'number'});
}

import {html, nothing} from 'lit';
import {liveRegion} from './base-elements.js';
import {translate} from '../words/translate.js';

/**
 * A labelled input, select or text area with its hint and its error, tied together for assistive technology.
 *
 * @param {object} parts
 * @param {string} parts.id unique in the page
 * @param {string} parts.name
 * @param {string} parts.label
 * @param {string} parts.testid
 * @param {string} [parts.error]
 * @param {string} [parts.hint]
 * @param {string} [parts.type]
 * @param {string | number} [parts.value]
 * @param {boolean} [parts.optional]
 * @param {number} [parts.maxlength] in characters as people see them
 * @param {number} [parts.min]
 * @param {number} [parts.rows] makes it a text area
 * @param {[string | number, string][]} [parts.options] makes it a select
 * @param {string} [parts.autocomplete]
 * @param {string} [parts.placeholder]
 */
export function formField(parts) {
  const {id, label, error, hint, optional} = parts;
  return html`
    <div class="field ${error ? 'field--wrong' : ''}">
      <label class="field__label" for=${id}>
        ${label}${optional ? html` <span class="field__optional">${translate('form.optional')}</span>` : nothing}
      </label>
      ${control(parts)}
      ${error ? html`<p class="field__error" id="${id}-error" data-testid="${parts.testid}-error">${error}</p>` : nothing}
      ${hint ? html`<p class="field__hint" id="${id}-hint">${hint}</p>` : nothing}
    </div>
  `;
}

/** @param {Parameters<typeof formField>[0]} parts */
function control({id, name, testid, error, hint, type = 'text', value = '', optional, maxlength, min, rows, options, autocomplete, placeholder}) {
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ') || nothing;
  const invalid = error ? 'true' : nothing;
  if (options)
    return html`<select class="input" id=${id} name=${name} data-testid=${testid} aria-describedby=${described} aria-invalid=${invalid}>
      ${options.map(([key, text]) => html`<option value=${key} ?selected=${String(key) === String(value)}>${text}</option>`)}
    </select>`;
  if (rows)
    return html`<textarea class="input" id=${id} name=${name} data-testid=${testid} rows=${rows} data-most=${maxlength ?? nothing}
      placeholder=${placeholder ?? nothing} aria-describedby=${described} aria-invalid=${invalid} ?required=${!optional} .defaultValue=${String(value)}></textarea>`;
  return html`<input class="input" id=${id} name=${name} data-testid=${testid} type=${type} dir=${type === 'email' ? 'ltr' : nothing} data-most=${maxlength ?? nothing} min=${min ?? nothing}
    placeholder=${placeholder ?? nothing} autocomplete=${/** @type {any} */ (autocomplete ?? 'off')} aria-describedby=${described} aria-invalid=${invalid}
    ?required=${!optional} .defaultValue=${String(value)} />`;
}

/** @param {string} message of a form as a whole */
export function formError(message) {
  return liveRegion('alert', message ? html`<p class="notice notice--bad" data-testid="form-error">${message}</p>` : nothing);
}

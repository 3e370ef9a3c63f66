import {formField} from '../ui/form-field.js';
import {translate} from '../words/translate.js';

/** The fields of a new account. @param {Record<string, string>} wrong what is wrong, by field @param {string} [name] the label of the name */
export function newAccountFields(wrong, name = translate('account.name')) {
  return [
    formField({id: 'display-name', name: 'display_name', label: name, autocomplete: 'name', maxlength: 100, testid: 'account-name', error: wrong.display_name}),
    formField({
      id: 'email',
      name: 'email',
      label: translate('account.email'),
      type: 'email',
      autocomplete: 'username',
      testid: 'account-email',
      error: wrong.email,
    }),
    formField({
      id: 'password',
      name: 'password',
      label: translate('account.password'),
      type: 'password',
      autocomplete: 'new-password',
      hint: translate('account.password_rule'),
      testid: 'account-password',
      error: wrong.password,
    }),
  ];
}

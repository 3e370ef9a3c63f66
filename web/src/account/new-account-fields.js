import {field} from '../ui/form-field.js';
import {say} from '../words/translate.js';

/** The fields of a new account. @param {Record<string, string>} wrong what is wrong, by field @param {string} [name] the label of the name */
export function newAccountFields(wrong, name = say('account.name')) {
  return [
    field({id: 'display-name', name: 'display_name', label: name, autocomplete: 'name', maxlength: 100, testid: 'account-name', error: wrong.display_name}),
    field({id: 'email', name: 'email', label: say('account.email'), type: 'email', autocomplete: 'username', testid: 'account-email', error: wrong.email}),
    field({id: 'password', name: 'password', label: say('account.password'), type: 'password', autocomplete: 'new-password', hint: say('account.password_rule'), testid: 'account-password', error: wrong.password}),
  ];
}

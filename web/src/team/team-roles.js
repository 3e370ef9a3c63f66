import {translate} from '../words/translate.js';

/** The roles within a team with their names. @returns {[string, string][]} */
export function teamRoles() {
  return [
    ['answer', translate('team.role_answer')],
    ['people', translate('team.role_people')],
    ['everything', translate('team.role_everything')],
  ];
}

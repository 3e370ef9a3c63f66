import {translate} from '../words/translate.js';
import '../words/later.js';

/** How many requests a tier includes. @param {{requests_allowed?: any, period?: string, days?: any}} terms null or an empty text for any number */
export function tierTerms({requests_allowed, period = 'none', days}) {
  if (requests_allowed === null || requests_allowed === undefined || requests_allowed === '') return translate('tiers.terms_any');
  const count = Number(requests_allowed);
  switch (period) {
    case 'month':
      return translate('tiers.terms_month', {count});
    case 'week':
      return translate('tiers.terms_week', {count});
    case 'rolling':
      return translate('tiers.terms_rolling', {count, days: translate('tiers.in_days', {count: Number(days)})});
    default:
      return translate('tiers.terms_none', {count});
  }
}

import './toast-region.js';

/** @import {ToastRegion} from './toast-region.js' */

/** What a dialog that ends says in passing is said on without it. @param {Element} dialog with a toast region of its own, over which nothing else is drawn while it's open */
export function passOnToasts(dialog) {
  const region = /** @type {ToastRegion | null} */ (dialog.querySelector('toast-region'));
  const toasts = region?.toasts ?? [];
  if (region) region.toasts = [];
  for (const toast of toasts) document.dispatchEvent(new CustomEvent('toast', {detail: toast}));
}

import {html} from 'lit';
import {logo} from '../ui/icon-set.js';
import '../ui/appearance-menu.js';

/** The frame of the pages before one is signed in. @param {unknown} content */
export function signedOutLayout(content) {
  return html`<main class="doorstep">
    <div class="doorstep__card">
      <p class="doorstep__brand">${logo()} <span>Bookbell</span></p>
      ${content}
    </div>
    <appearance-menu class="look look--doorstep"></appearance-menu>
  </main>`;
}

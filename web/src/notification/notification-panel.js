import {html, nothing} from 'lit';
import {SessionElement, lazyModule} from '../ui/base-elements.js';
import {icon} from '../ui/icon-set.js';
import {formatNumber, translate} from '../words/translate.js';
import '../ui/pop-up.js';

const loadList = lazyModule(() => import('./notification-list.js'));

/** The bell in the header with the number of unread notifications. It opens their list, which is loaded when it's first opened. */
export class NotificationPanel extends SessionElement {
  render() {
    const {unread} = this.session.store;
    const button = html`${icon('bell')}${
      unread > 0
        ? html`<span class="count count--corner" data-testid="notification-badge">${unread > 99 ? `${formatNumber(99)}+` : formatNumber(unread)}</span>`
        : nothing
    }`;
    const panel = () => html`<notification-list .session=${this.session}></notification-list>`;
    return html`<pop-up class="pop-up" testid="notifications-open" label=${translate('notification.button', {count: unread})} .button=${button} .panel=${panel} @opened=${loadList}></pop-up>`;
  }
}

customElements.define('notification-panel', NotificationPanel);

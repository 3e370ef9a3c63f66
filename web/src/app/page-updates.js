import {BASE_PATH} from '../base-path.js';

export {DesktopNotifications} from '../alert/desktop-notifications.js';

const workers = globalThis.navigator?.serviceWorker;
let asked = false;

/**
 * Hears what the worker says that keeps the page's files.
 *
 * @param {(address: string) => void} go where a notification that was clicked leads
 */
export function onWorkerMessage(go) {
  workers?.addEventListener('message', ({data}) => data?.go && go(data.go));
  if (workers?.controller) workers.addEventListener('controllerchange', () => location.reload());
}

/**
 * Has the browser keep the page's files, which lets it open without a network. A page that is served anew takes its
 * place when the page is next opened, or when its user wishes.
 *
 * @param {() => boolean} isLive whether the server is there
 * @param {(takeOver: () => void) => void} offer called when a newer version waits
 */
export async function registerWorker(isLive, offer) {
  if (!workers || asked) return;
  asked = true;
  const registration = isLive() ? await workers.register(`${BASE_PATH}/service-worker.js`, {updateViaCache: 'none'}).catch(() => undefined) : undefined;
  asked = registration !== undefined;
  if (!registration) return;
  registration.addEventListener('updatefound', () => watch(registration.installing, offer));
  const {waiting} = registration;
  if (!waiting) return;
  offer(() => waiting.postMessage('take-over'));
  waiting.postMessage('take-over-if-alone');
}

/** Looks whether the server has a newer page. */
export async function checkForUpdate() {
  const registration = await workers?.getRegistration();
  await registration?.update().catch(() => {});
}

/** @param {ServiceWorker | null} worker @param {(takeOver: () => void) => void} offer */
function watch(worker, offer) {
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed' && workers?.controller) offer(() => worker.postMessage('take-over'));
  });
}

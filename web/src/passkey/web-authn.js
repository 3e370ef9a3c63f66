import {ApiError} from '../client/http.js';

/**
 * What the browser's own passkey dialogues need and give: WebAuthn has bytes where JSON has base64url.
 *
 * @import {Http} from '../client/http.js'
 */

export const canUsePasskeys = () => 'PublicKeyCredential' in globalThis;

/** @param {string} text base64url @returns {Uint8Array<ArrayBuffer>} */
function toBytes(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} bytes */
function toText(bytes) {
  if (!bytes) return undefined;
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {any} credential of either kind */
function toJson(credential) {
  const {response} = credential;
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.(),
      authenticatorData: toText(response.attestationObject ? undefined : response.authenticatorData),
      signature: toText(response.signature),
      userHandle: toText(response.userHandle),
    },
  };
}

/** Whether people have closed the browser's dialogue, or it has closed itself. @param {unknown} error */
export const isDismissed = (error) => error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError');

/** What the browser refuses by itself, as the server would say it. @param {unknown} error @returns {never} */
function rethrow(error) {
  if (!(error instanceof DOMException) || isDismissed(error)) throw error;
  const exists = error.name === 'InvalidStateError';
  throw new ApiError(exists ? 409 : 400, {code: exists ? 'passkey_exists' : 'passkey_refused'});
}

/** @param {Http} http @param {string} name @param {string} password empty until the server asks for it @returns {Promise<unknown>} fails with a DOMException where people change their mind */
export async function createPasskey(http, name, password) {
  const options = await http.post('/api/passkeys/options', password ? {password} : undefined);
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: {...options.user, id: toBytes(options.user.id)},
    excludeCredentials: options.excludeCredentials.map((/** @type {any} */ known) => ({...known, id: toBytes(known.id)})),
  };
  const credential = await navigator.credentials.create({publicKey}).catch(rethrow);
  return http.post('/api/passkeys', {name, credential: toJson(credential)});
}

/** @param {Http} http @returns {Promise<unknown>} as `createPasskey` */
export async function signInWithPasskey(http) {
  const options = await http.post('/api/auth/passkey/options');
  const credential = await navigator.credentials.get({publicKey: {...options, challenge: toBytes(options.challenge)}}).catch(rethrow);
  return http.post('/api/auth/passkey', {credential: toJson(credential)});
}

import {BASE_PATH, scopedName} from '../base-path.js';

/**
 * @import {Me} from '../client/types.js'
 * @typedef {{creatorId: number, name: string, role: 'admin' | 'supporter'}} Workspace one of the places a user works at
 */

/** Every creator this user answers for, then every one they support. @param {Me} me @returns {Workspace[]} */
export function workspacesOf(me) {
  return [
    ...me.admin_of.map((one) => ({creatorId: one.creator_id, name: one.creator_name, role: /** @type {const} */ ('admin')})),
    ...me.memberships.map((one) => ({creatorId: one.creator_id, name: one.creator_name, role: /** @type {const} */ ('supporter')})),
  ];
}

/** @param {Workspace} workspace */
export function workspacePath({creatorId, role}) {
  return `${BASE_PATH}/creators/${creatorId}/${role === 'admin' ? 'inbox' : 'requests'}`;
}

const STORAGE_KEY = scopedName('bookbell.desk');

/** The workspace used last in this browser, or the first. @param {Me} me @returns {Workspace | undefined} */
export function lastWorkspace(me) {
  const last = localStorage.getItem(`${STORAGE_KEY}.${me.user.id}`);
  const workspaces = workspacesOf(me);
  return workspaces.find((workspace) => workspacePath(workspace) === last) ?? workspaces[0];
}

/** @param {Me} me @param {Workspace} workspace */
export function rememberWorkspace(me, workspace) {
  localStorage.setItem(`${STORAGE_KEY}.${me.user.id}`, workspacePath(workspace));
}

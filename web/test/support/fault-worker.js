/** Puts what the server finds wrong into words as the page's forms do, in the language of the worker's data. */
import {parentPort, workerData} from 'node:worker_threads';
import {MemoryStorage} from './browser.js';

const {language, messages} = workerData;

globalThis.localStorage = new MemoryStorage({'bookbell.language': language});
globalThis.document = {documentElement: {}};
Object.defineProperty(globalThis, 'navigator', {value: {languages: [language]}, configurable: true});

const {faultText, fieldErrors} = await import('../../src/ui/error-text.js');
const early = messages.map((message) => faultText(message));
await import('../../src/words/later.js');

parentPort.postMessage({early, later: messages.map((message) => fieldErrors(/** @type {any} */ ({fields: {field: message}})).field)});

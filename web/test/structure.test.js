import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));
/** Imports of modules and of types, and those made later, of this page's own files. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

const modules = readdirSync(SOURCES, {recursive: true}).filter((file) => file.endsWith('.js'));

const importsOf = (file, text = readFileSync(join(SOURCES, file), 'utf8')) =>
  [...text.matchAll(IMPORT)].map(([, name]) => normalize(join(dirname(file), name)));

/** Which folders import which, with an example for each. @returns {Map<string, Map<string, string>>} */
function folderGraph(imports) {
  const graph = new Map();
  for (const [file, names] of imports) {
    const edges = graph.get(dirname(file)) ?? new Map();
    graph.set(dirname(file), edges);
    for (const name of names) if (dirname(name) !== dirname(file)) edges.set(dirname(name), `${file} imports ${name}`);
  }
  return graph;
}

/** The imports that lead from a folder back to it; empty where there is no way back. */
function circleFrom(graph, start) {
  const visited = new Set();
  const search = (folder, way) => {
    for (const [next, example] of graph.get(folder) ?? []) {
      if (next === start) return [...way, example];
      if (visited.has(next)) continue;
      visited.add(next);
      const found = search(next, [...way, example]);
      if (found.length) return found;
    }
    return [];
  };
  return search(start, []);
}

test('no folder imports another that imports it, by whatever way', () => {
  const graph = folderGraph(modules.map((file) => [file, importsOf(file)]));
  assert.ok(graph.size > 15);

  for (const folder of graph.keys()) assert.deepEqual(circleFrom(graph, folder), [], `a circle of imports through ${folder}/`);
});

test('a circle of three folders is found, also where it is closed by a type or a later import', () => {
  const graph = folderGraph([
    ['a/one.js', importsOf('a/one.js', "import {two} from '../b/two.js';")],
    ['b/two.js', importsOf('b/two.js', "/** @import {Three} from '../c/three.js' */")],
    ['c/three.js', importsOf('c/three.js', "import('../a/one.js');")],
  ]);

  assert.deepEqual(circleFrom(graph, 'a'), ['a/one.js imports b/two.js', 'b/two.js imports c/three.js', 'c/three.js imports a/one.js']);
});

test('every import names a file that is there', () => {
  for (const file of modules) for (const name of importsOf(file)) assert.ok(modules.includes(name), `${file} imports ${name}`);
});

test('client/ knows nothing of the page', () => {
  const foreign = modules
    .filter((file) => file.startsWith('client/'))
    .flatMap((file) => importsOf(file).filter((name) => !/^(client\/|base-path\.js)/.test(name)));

  assert.deepEqual(foreign, []);
});

test('the import map has the versions that the development tools check against', () => {
  const {version} = JSON.parse(readFileSync(new URL('../node_modules/lit-element/package.json', import.meta.url), 'utf8'));

  assert.ok(readFileSync(join(SOURCES, 'index.html'), 'utf8').includes(`/webjars/lit-element/${version}/`));
});

/** The arguments of a call, as written; `from` is behind its bracket. @param {string} text @param {number} from */
function argumentsOf(text, from) {
  const found = [''];
  for (let at = from, depth = 0; depth >= 0; at++) {
    if ('([{'.includes(text[at])) depth++;
    if (')]}'.includes(text[at])) depth--;
    if (text[at] === ',' && depth === 0) found.push('');
    else if (depth >= 0) found[found.length - 1] += text[at];
  }
  return found.map((one) => one.trim()).filter(Boolean);
}

test('what is sent again under the same key is the same: each command says what it sends, and takes no time of its own', () => {
  let commands = 0;
  for (const file of modules) {
    const text = readFileSync(join(SOURCES, file), 'utf8');
    for (const call of text.matchAll(/\.run\(/g)) {
      const [action, content] = argumentsOf(text, call.index + call[0].length);
      if (!/^(async )?\(key\b/.test(action)) continue;
      commands++;
      assert.ok(content, `${file}: what a key stands for must be said to run(), or the next command gets the key of one whose answer was lost: ${action}`);
      assert.doesNotMatch(action, /serverNow\(|Date\.now\(|new Date\(\)|random/, `${file}: run() gives the time at which this was first sent`);
    }
  }
  assert.ok(commands > 20, `${commands} commands`);
});

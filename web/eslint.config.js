import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  {
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    rules: {
      eqeqeq: 'error',
      'no-constructor-return': 'error',
      'no-duplicate-imports': 'error',
      'no-promise-executor-return': 'off',
      'no-self-compare': 'error',
      'no-shadow': ['error', {builtinGlobals: false, hoist: 'functions'}],
      'no-template-curly-in-string': 'error',
      'no-unused-vars': ['error', {argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true}],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', {max: 400}],
    },
  },
  {files: ['src/**/*.js'], languageOptions: {globals: globals.browser}},
  {files: ['src/service-worker.js'], languageOptions: {sourceType: 'script', globals: {...globals.serviceworker, SHELL: 'readonly'}}},
  {files: ['src/early-theme.js'], languageOptions: {sourceType: 'script'}},
  {files: ['src/words/??.js', 'src/words/later/??.js'], rules: {'max-lines': 'off'}},
  {files: ['test/**/*.js', '*.config.js'], languageOptions: {globals: {...globals.node, document: 'writable'}}},
];

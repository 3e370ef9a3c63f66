import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ApiError} from '../../src/client/http.js';
import {installPage} from '../support/page.js';

installPage('de');
const {errorText} = await import('../../src/ui/error-text.js');
const {FormSubmission} = await import('../../src/ui/form-submission.js');

const refusal = (field, message) => new ApiError(400, {code: 'validation_failed', detail: 'The request is invalid.', errors: [{field, message}]});

test('what is wrong with a field is said in the language of the page where nothing has needed its texts before', async () => {
  const submission = new FormSubmission({addController() {}, requestUpdate() {}});
  await submission.run(async () => {
    throw refusal('title', 'must not stack that many marks on one character');
  });
  assert.match(submission.fields.title, /Zeichen/);
  assert.doesNotMatch(submission.fields.title, /stack/);
});

test('where no field is shown, what is wrong with it is said instead of that something is', () => {
  assert.doesNotMatch(errorText(refusal('response', 'must have 1 to 4000 characters')), /The request is invalid|must/);
});

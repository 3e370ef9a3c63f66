/**
 * Estimates the server's time from `Date` headers, so that a device whose clock is wrong, or that slept, shows the right
 * "3 hours ago". The response with the shortest round trip counts most; one that took too long is ignored.
 */
let offset = 0;
let error = Infinity;

/** Dates of answers are whole seconds. */
const RESOLUTION = 1_000;
const SLOWEST_BELIEVED = 30_000;
/** A measurement loses its worth while the device's clock drifts or is set: ms of error for each ms. */
const DRIFT = 0.001;
let measuredAt = 0;

/** @returns {number} ms since 1970 */
export function serverNow() {
  return Date.now() + offset;
}

/**
 * @param {string | null} date the `Date` of an answer
 * @param {number} sent when it was asked for, by this device @param {number} received
 */
export function learnServerTime(date, sent, received) {
  const took = received - sent;
  const told = Date.parse(date ?? '');
  if (Number.isNaN(told) || took < 0 || took > SLOWEST_BELIEVED) return;
  const found = told + RESOLUTION / 2 - (sent + received) / 2;
  const within = (took + RESOLUTION) / 2;
  const known = error + Math.abs(received - measuredAt) * DRIFT;
  const isWrong = Math.abs(found - offset) > within + known;
  if (within >= known && !isWrong) return;
  error = within;
  measuredAt = received;
  offset = Math.abs(found) <= within ? 0 : found;
}

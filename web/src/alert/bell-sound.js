/** The partials of a small desk bell: pitch above the first, loudness, and how long each sounds, in seconds. */
const PARTIALS = [
  [1, 0.32, 1.4],
  [2.01, 0.16, 0.9],
  [2.98, 0.09, 0.6],
  [4.2, 0.04, 0.35],
];
const PITCH = 880;
const SILENT = 0.0001;

/** @type {AudioContext | undefined} */
let audio;

/** Strikes a bell, once. Silent in a page that nobody has touched yet: browsers see to that. */
export function ringBell() {
  audio ??= new AudioContext();
  audio.resume();
  const now = audio.currentTime;
  for (const [ratio, loudness, seconds] of PARTIALS) strike(audio, PITCH * ratio, loudness, now, seconds);
}

/** @param {AudioContext} context @param {number} pitch @param {number} loudness @param {number} from @param {number} seconds */
function strike(context, pitch, loudness, from, seconds) {
  const tone = new OscillatorNode(context, {frequency: pitch});
  const fade = new GainNode(context, {gain: 0});
  fade.gain.setValueAtTime(SILENT, from);
  fade.gain.exponentialRampToValueAtTime(loudness, from + 0.006);
  fade.gain.exponentialRampToValueAtTime(SILENT, from + seconds);
  tone.connect(fade).connect(context.destination);
  tone.start(from);
  tone.stop(from + seconds);
}

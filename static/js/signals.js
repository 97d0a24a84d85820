// What is heard and felt at a door: somebody is in, was in already, or is wrong here. Two rising
// notes, one twice, or two falling: told apart without looking.

const NOTES = { good: [660, 990], warn: [520, 520], bad: [330, 220] };
const BUZZ = { good: [60], warn: [60, 80, 60], bad: [300] };
const LONG = 0.13; // seconds
const APART = 0.14;
let sound = null;

/** Browsers only allow sound after somebody pressed something: call this when she does. */
export function allowSound() {
  try {
    sound ??= new AudioContext();
    sound.resume?.();
  } catch {
    sound = null; // it is felt all the same
  }
}

/** `tone` is "good", "warn" or "bad". */
export function signal(tone) {
  navigator.vibrate?.(BUZZ[tone]);
  if (!sound) return;
  NOTES[tone].forEach((pitch, number) => {
    const at = sound.currentTime + number * APART;
    const note = sound.createOscillator();
    const volume = sound.createGain();
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + LONG);
    note.connect(volume).connect(sound.destination);
    note.start(at);
    note.stop(at + LONG);
  });
}

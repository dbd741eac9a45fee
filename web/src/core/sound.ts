/**
 * The alarm: two tones, 800 and 1000 Hz, while an imminent warning is not acknowledged.
 *
 * Never alone: the warning bar says the same in words. Browsers give no sound before a person has
 * touched the page; `blocked` says so, and the display shows it.
 */
import { createSignal } from "solid-js";

const TONES_HZ = [800, 1000];
const TONE_S = 0.28;
const PERIOD_S = 1.4;
const VOLUME = 0.16;

const [muted, setMuted] = createSignal(false);
const [blocked, setBlocked] = createSignal(false);
export { blocked, muted };

let context: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | null = null;

/** Sound, or fall silent. */
export function setAlarm(on: boolean): void {
  if (on && !timer) {
    ring();
    timer = setInterval(ring, PERIOD_S * 1000);
  } else if (!on && timer) {
    clearInterval(timer);
    timer = null;
    setBlocked(false);
  }
}

export function toggleSound(): void {
  setMuted(!muted());
  if (!muted()) unlock();
}

/** A person has touched the page: sound is allowed from here. */
export function unlock(): void {
  context ??= typeof AudioContext === "undefined" ? null : new AudioContext();
  if (context?.state === "suspended") void context.resume().then(() => setBlocked(false));
}

function ring(): void {
  if (muted()) return;
  if (context?.state !== "running") {
    setBlocked(true);
    return;
  }
  setBlocked(false);
  TONES_HZ.forEach((tone_hz, i) => tone(context as AudioContext, tone_hz, i * TONE_S));
}

function tone(audio: AudioContext, tone_hz: number, delay_s: number): void {
  const start_s = audio.currentTime + delay_s;
  const gain = audio.createGain();
  const oscillator = audio.createOscillator();
  oscillator.frequency.value = tone_hz;
  gain.gain.setValueAtTime(0, start_s);
  gain.gain.linearRampToValueAtTime(VOLUME, start_s + 0.02);
  gain.gain.setValueAtTime(VOLUME, start_s + TONE_S - 0.03);
  gain.gain.linearRampToValueAtTime(0, start_s + TONE_S);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(start_s);
  oscillator.stop(start_s + TONE_S);
}

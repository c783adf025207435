/** The sound of a call that rings: by choice, made here without a file, and silent where the browser forbids it. */

const KEY = "parvis-ring-sound";
const EVERY_MS = 2600;
const TONES = /** @type {const} */ ([[0, 660], [0.22, 880], [0.44, 660], [0.66, 880]]);
const TONE_S = 0.18;
const LOUDNESS = 0.25;
const GESTURES = ["pointerdown", "keydown"];

export class RingSound {
  /**
   * @param {Document} page
   * @param {Storage} storage of this browser
   * @param {string} key under which the choice is kept
   * @param {"on" | "off"} first what it is before somebody has chosen
   */
  constructor(page, storage, key = KEY, first = "on") {
    this.page = page;
    this.storage = storage;
    this.key = key;
    this.first = first;
    /** @type {AudioContext | null} */
    this.audio = null;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    this.rings = 0;
    /** Hears that the ring can be heard, or no longer. */
    this.onChange = () => {};
    this.onState = this.onState.bind(this);
    this.unlock = this.unlock.bind(this);
  }

  start() {
    for (const gesture of GESTURES) this.page.addEventListener(gesture, this.unlock, { capture: true });
  }

  stop() {
    this.end();
    for (const gesture of GESTURES) this.page.removeEventListener(gesture, this.unlock, { capture: true });
    void this.audio?.close();
    this.audio = null;
  }

  get isOn() {
    return (this.storage.getItem(this.key) ?? this.first) === "on";
  }

  /** @param {boolean} isOn */
  choose(isOn) {
    this.storage.setItem(this.key, isOn ? "on" : "off");
    if (isOn) void this.play();
    else this.end();
  }

  /** Let it be heard by whoever has just touched the page for it. */
  async play() {
    this.unlock();
    await this.audio?.resume();
    this.once();
  }

  /** Browsers let a page sound once it was touched. */
  unlock() {
    if (!this.isOn) return;
    if (!this.audio) {
      this.audio = new AudioContext();
      this.audio.addEventListener("statechange", this.onState);
    }
    if (this.audio.state !== "running") void this.audio.resume().catch(() => undefined);
  }

  onState() {
    if (this.isRinging && this.isHeard && this.rings === 0) this.once();
    this.onChange();
  }

  get isHeard() {
    return this.isOn && this.audio?.state === "running";
  }

  get isRinging() {
    return this.timer !== undefined;
  }

  /** Ring again and again until the end. */
  begin() {
    this.end();
    if (!this.isOn) return;
    this.timer = setInterval(() => this.once(), EVERY_MS);
    this.once();
  }

  end() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.rings = 0;
  }

  once() {
    this.unlock();
    const { audio } = this;
    if (!audio || audio.state !== "running") return;
    this.rings += 1;
    for (const [after, pitch] of TONES) tone(audio, audio.currentTime + after, pitch);
  }
}

/** The choice whether a call sounds. */
export class RingSoundChoice {
  /**
   * @param {HTMLElement} element
   * @param {RingSound} sound
   */
  constructor(element, sound) {
    this.element = element;
    this.sound = sound;
    this.button = /** @type {HTMLButtonElement} */ (element.querySelector("button"));
    this.onClick = this.onClick.bind(this);
  }

  start() {
    this.element.hidden = false;
    this.button.addEventListener("click", this.onClick);
    this.draw();
  }

  stop() {
    this.button.removeEventListener("click", this.onClick);
  }

  onClick() {
    this.sound.choose(!this.sound.isOn);
    this.draw();
  }

  draw() {
    const { isOn } = this.sound;
    this.button.setAttribute("aria-pressed", String(isOn));
    for (const slot of ["on", "off"]) {
      const words = /** @type {HTMLElement} */ (this.element.querySelector(`[data-slot=${slot}]`));
      words.hidden = (slot === "on") !== isOn;
    }
  }
}

/**
 * @param {AudioContext} audio
 * @param {number} at
 * @param {number} pitch in hertz
 */
function tone(audio, at, pitch) {
  const source = new OscillatorNode(audio, { type: "triangle", frequency: pitch });
  const gain = new GainNode(audio, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  gain.gain.linearRampToValueAtTime(0, at + TONE_S);
  source.connect(gain).connect(audio.destination);
  source.start(at);
  source.stop(at + TONE_S);
}

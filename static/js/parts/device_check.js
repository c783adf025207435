/** Seeing and hearing oneself, choosing camera and microphone, and being told what is missing. */

import { Level } from "../meeting/devices.js";
import { say } from "../live/words.js";
import { fill, show, slot } from "./dom.js";

/** @typedef {import("../meeting/devices.js").Devices} Devices */
/** @typedef {import("../meeting/devices.js").Trouble} Trouble */

/** @type {Record<Exclude<Trouble, "none">, string>} */
const SENTENCES = {
  denied:
    "The browser has no permission for the camera or the microphone. Click the lock beside the address, allow them, and try again. You can take part by chat meanwhile.",
  "camera-denied":
    "The browser forbids the camera on this page; the microphone works. Click the lock beside the address, allow the camera, and try again.",
  "microphone-denied":
    "The browser forbids the microphone on this page. Click the lock beside the address, allow it, and try again. You can take part by chat meanwhile.",
  "no-camera": "No camera was found. You can take part with sound, or by chat.",
  "no-microphone": "No microphone was found. You can take part by chat.",
  "no-devices": "Neither a camera nor a microphone was found. You can take part by chat.",
  "microphone-busy": "The microphone is in use by another program. Close it and try again.",
  busy: "The camera is in use by another program. Close it and try again.",
};

const SILENT_FOR_MS = 1500;

export class DeviceCheck {
  /**
   * @param {HTMLElement} element
   * @param {Devices} devices
   * @param {() => void} changed the tracks are others now
   */
  constructor(element, devices, changed) {
    this.element = element;
    this.devices = devices;
    this.changed = changed;
    /** @type {(trouble: Trouble) => void} hears how the devices were found */
    this.found = () => undefined;
    /** Hears that a device was unplugged, or came back silent, and what is used now. */
    this.lost = () => {};
    this.wantsVideo = true;
    this.wantsAudio = true;
    /** @type {Level | null} */
    this.level = null;
    this.cameras = /** @type {HTMLSelectElement} */ (slot(element, "cameras"));
    this.microphones = /** @type {HTMLSelectElement} */ (slot(element, "microphones"));
    this.button = /** @type {HTMLButtonElement} */ (element.querySelector("[data-act=try]"));
    this.open = this.open.bind(this);
    this.onLook = this.onLook.bind(this);
    this.onDevices = this.onDevices.bind(this);
  }

  start() {
    this.button.addEventListener("click", this.open);
    this.cameras.addEventListener("change", this.open);
    this.microphones.addEventListener("change", this.open);
    document.addEventListener("visibilitychange", this.onLook);
    this.devices.media?.addEventListener?.("devicechange", this.onDevices);
  }

  stop() {
    this.button.removeEventListener("click", this.open);
    this.cameras.removeEventListener("change", this.open);
    this.microphones.removeEventListener("change", this.open);
    document.removeEventListener("visibilitychange", this.onLook);
    this.devices.media?.removeEventListener?.("devicechange", this.onDevices);
    this.level?.stop();
    this.devices.close();
  }

  /** Open the chosen devices; whatever cannot be had is told, and the rest is used. */
  async open() {
    await this.openThese({ camera: this.cameras.value, microphone: this.microphones.value });
  }

  /** @param {import("../meeting/devices.js").Choice} choice */
  async openThese(choice) {
    const trouble = await this.devices.open(choice, { video: this.wantsVideo });
    if (this.devices.audio) this.devices.audio.enabled = this.wantsAudio;
    // It may have been turned off while the browser asked.
    if (!this.wantsVideo) this.devices.closeVideo();
    this.tell(trouble);
    this.found(trouble);
    this.mirror();
    await this.choices();
    this.changed();
    for (const track of [this.devices.audio, this.devices.video]) track?.addEventListener("ended", () => void this.lose(track));
  }

  /**
   * A headset was unplugged: the browser's own choice takes its place, and it is said.
   * @param {MediaStreamTrack} track
   */
  async lose(track) {
    const isSound = track === this.devices.audio;
    if (!isSound && track !== this.devices.video) return;
    const kept = { camera: this.cameras.value, microphone: this.microphones.value };
    await this.openThese({ ...kept, [isSound ? "microphone" : "camera"]: "" });
    const now = (isSound ? this.devices.audio : this.devices.video)?.label;
    const sentence = isSound ? "Your microphone is gone. Now in use: %(device)s" : "Your camera is gone. Now in use: %(device)s";
    if (now) this.warn(say(sentence, { device: now }));
    this.lost();
  }

  /** @param {string} words */
  warn(words) {
    show(this.element, "trouble", true);
    fill(this.element, "trouble", words);
  }

  /** After a telephone call, or a lock, some browsers give the microphone back silent: it is opened anew. */
  onLook() {
    const isSilent = () => [this.devices.audio, this.devices.video].some((track) => track && (track.muted || track.readyState === "ended"));
    if (document.hidden || !isSilent()) return;
    setTimeout(() => isSilent() && void this.open().then(() => this.lost()), SILENT_FOR_MS);
  }

  async onDevices() {
    await this.choices();
    const gone = [this.devices.audio, this.devices.video].find((track) => track?.readyState === "ended");
    if (gone) await this.lose(gone);
  }

  /** @param {Trouble} trouble */
  tell(trouble) {
    show(this.element, "trouble", trouble !== "none");
    if (trouble !== "none") fill(this.element, "trouble", say(SENTENCES[trouble]));
    this.button.hidden = trouble === "none";
  }

  mirror() {
    const video = /** @type {HTMLVideoElement} */ (slot(this.element, "mirror"));
    video.srcObject = this.devices.video ? new MediaStream([this.devices.video]) : null;
    show(this.element, "mirror-note", !this.devices.video);
    this.level?.stop();
    this.level = this.devices.audio
      ? new Level(this.devices.audio, (level) => slot(this.element, "level")?.style.setProperty("--level", String(level)))
      : null;
    this.level?.start();
  }

  async choices() {
    this.fill(this.cameras, await this.devices.list("videoinput"), this.devices.video);
    this.fill(this.microphones, await this.devices.list("audioinput"), this.devices.audio);
  }

  /**
   * @param {HTMLSelectElement} select
   * @param {MediaDeviceInfo[]} found
   * @param {MediaStreamTrack | null} track
   */
  fill(select, found, track) {
    if (found.length === 0) return;
    const used = track?.getSettings().deviceId;
    select.replaceChildren(
      ...found.map((device) => new Option(device.label || device.deviceId, device.deviceId, false, device.deviceId === used)),
    );
  }
}

/** The meeting as it is seen: before going in, during the talk, and when it goes on elsewhere. */

import { say } from "../live/words.js";
import { fill, show, slot } from "./dom.js";
import { Tile } from "./tile.js";

/** @typedef {import("../meeting/meeting.js").Meeting} Meeting */
/** @typedef {import("./device_check.js").DeviceCheck} DeviceCheck */
/** @typedef {import("../meeting/quality.js").Judgement} QualityWord */

/** @type {Record<QualityWord, [string, string]>} */
const QUALITY = {
  good: ["Good connection", "ok"],
  weak: ["Weak connection", "warn"],
  lost: ["Connection lost. It mends by itself.", "bad"],
};

export class MeetingView {
  /**
   * @param {HTMLElement} element
   * @param {string} other their name
   * @param {DeviceCheck} check
   */
  constructor(element, other, check) {
    this.element = element;
    this.tile = new Tile(element, other);
    this.check = check;
    this.devicesOpen = false;
    this.serverIsAway = false;
    this.self = /** @type {HTMLVideoElement} */ (slot(element, "self"));
  }

  /**
   * @param {Meeting} meeting
   * @param {import("./third.js").Third | null} third
   */
  draw(meeting, third) {
    const during = meeting.iAmIn && !this.devicesOpen && !meeting.isElsewhere;
    this.element.classList.toggle("is-in", meeting.iAmIn);
    this.element.classList.toggle("is-elsewhere", meeting.isElsewhere);
    show(this.element, "during", during);
    show(this.element, "before", !during && !meeting.isElsewhere);
    show(this.element, "elsewhere", meeting.isElsewhere);
    const goIn = /** @type {HTMLElement} */ (this.element.querySelector("[data-act=go-in]"));
    goIn.hidden = meeting.iAmIn;
    fill(this.element, "other-state", [this.tile.words(meeting), ...(third ? [third.words] : [])].join(" · "));
    this.tile.draw(meeting);
    third?.draw();
    this.drawSelf();
    this.drawTime(meeting);
  }

  drawSelf() {
    const track = this.check.devices.video;
    const now = /** @type {MediaStream | null} */ (this.self.srcObject)?.getVideoTracks()[0] ?? null;
    if (now !== track) this.self.srcObject = track ? new MediaStream([track]) : null;
    this.self.hidden = !track;
    this.tool("microphone", this.check.wantsAudio && Boolean(this.check.devices.audio), "Microphone on", "Microphone off");
    this.tool("camera", this.check.wantsVideo && Boolean(track), "Camera on", "Camera off");
  }

  /**
   * @param {string} act
   * @param {boolean} isOn
   * @param {string} on
   * @param {string} off
   */
  tool(act, isOn, on, off) {
    const button = /** @type {HTMLElement} */ (this.element.querySelector(`.tool[data-act=${act}]`));
    button.setAttribute("aria-pressed", String(isOn));
    button.classList.toggle("off", !isOn);
    /** @type {HTMLElement} */ (button.querySelector("span")).textContent = say(isOn ? on : off);
  }

  /** @param {Meeting} meeting */
  drawTime(meeting) {
    const pill = slot(this.element, "time");
    const prolong = /** @type {HTMLElement | null} */ (this.element.querySelector("[data-act=prolong]"));
    if (!pill || !meeting.snapshot.planned_end_at) return;
    const minutes = Math.ceil((new Date(meeting.snapshot.planned_end_at).getTime() - meeting.connection.now()) / 60_000);
    pill.hidden = false;
    const text = minutes > 0 ? say("%(minutes)s min left", { minutes }) : say("Time is up, you may go on");
    if (pill.textContent !== text) pill.textContent = text;
    pill.classList.toggle("warn", minutes <= 2);
    if (prolong) prolong.hidden = minutes > 5;
  }

  /** @param {QualityWord | "connecting"} quality */
  drawQuality(quality) {
    const pill = slot(this.element, "quality");
    const [text, kind] = quality === "connecting" ? ["Connecting", "quiet"] : QUALITY[quality];
    const words = this.serverIsAway && quality === "good" ? "The talk goes on. The server is out of reach for the moment." : text;
    for (const each of ["ok", "warn", "bad", "quiet"]) pill?.classList.toggle(each, each === kind);
    fill(this.element, "quality-text", say(words));
  }
}

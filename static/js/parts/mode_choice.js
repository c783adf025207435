/** How one talks: video, sound only, in writing, by phone. Either one steps; a weak connection proposes it. */

import { say } from "../live/words.js";
import { actOf, fill, show, slot } from "./dom.js";

/** @typedef {import("../meeting/meeting.js").Meeting} Meeting */
/** @typedef {"video" | "audio" | "chat" | "phone"} Mode */

const WEAK_FOR_MS = 8000;
/** @type {Record<Mode, string>} */
const TOLD = {
  video: "You talk by video.",
  audio: "You go on with sound only.",
  chat: "You go on in writing.",
  phone: "You go on by phone: call %(phone)s.",
};

export class ModeChoice {
  /**
   * @param {HTMLElement} element the whole meeting
   * @param {Meeting} meeting
   * @param {(mode: Mode) => Promise<void>} follow turns off what the mode does without
   * @param {boolean} leads
   */
  constructor(element, meeting, follow, leads) {
    this.element = element;
    this.meeting = meeting;
    this.follow = follow;
    this.leads = leads;
    this.rungs = /** @type {HTMLButtonElement[]} */ ([...element.querySelectorAll("button[data-mode]")]);
    this.phone = /** @type {HTMLInputElement | null} */ (element.querySelector("[data-slot=mode-choice] input[name=phone]"));
    this.weakSince = 0;
    this.isDeclined = false;
    /** @type {(() => void)[]} */
    this.stops = [];
    this.onSubmit = this.onSubmit.bind(this);
    this.onClick = this.onClick.bind(this);
    this.onKey = this.onKey.bind(this);
  }

  start() {
    this.stops = [this.meeting.on("stepped", () => void this.stepped())];
    this.element.addEventListener("submit", this.onSubmit);
    this.element.addEventListener("click", this.onClick);
    this.phone?.addEventListener("keydown", this.onKey);
    this.draw();
    if (this.meeting.mode === "phone") this.say();
  }

  stop() {
    for (const stop of this.stops) stop();
    this.element.removeEventListener("submit", this.onSubmit);
    this.element.removeEventListener("click", this.onClick);
    this.phone?.removeEventListener("keydown", this.onKey);
  }

  /** @param {KeyboardEvent} event Enter in the field for the number means: by phone */
  onKey(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.step("phone");
  }

  draw() {
    this.element.dataset.way = this.meeting.mode;
    for (const rung of this.rungs) rung.setAttribute("aria-pressed", String(rung.value === this.meeting.mode));
  }

  async stepped() {
    this.draw();
    show(this.element, "proposal", false);
    fill(this.element, "step-trouble", "");
    await this.follow(this.meeting.mode);
    this.say();
  }

  /** A camera or microphone went on or off: what was said of it is said anew. */
  resay() {
    if (slot(this.element, "stepped")?.textContent) this.say();
  }

  say() {
    const { mode, phone } = this.meeting.snapshot;
    const calls = mode === "phone" && !this.leads;
    const told = say(calls ? "You go on by phone: you are called on %(phone)s." : TOLD[mode], { phone });
    // A step up turns nothing on by itself, and nobody should talk to the wall.
    fill(this.element, "stepped", [told, ...this.off(mode)].join(" "));
  }

  /**
   * @param {string} mode
   * @returns {string[]} what this person has to turn on to be seen and heard
   */
  off(mode) {
    /** @param {string} device */
    const isOff = (device) => this.element.querySelector(`[data-act=${device}].off`) !== null;
    const words = [];
    if (mode === "video" && isOff("camera")) words.push(say("Your camera is off."));
    if (["video", "audio"].includes(mode) && isOff("microphone")) words.push(say("Your microphone is off."));
    return words;
  }

  /**
   * A connection that stays weak is no reason to suffer: the next rung is offered, once.
   * @param {"good" | "weak" | "lost"} quality
   * @param {number} now milliseconds
   */
  hear(quality, now) {
    if (quality === "good") this.weakSince = 0;
    else this.weakSince ||= now;
    const isWeak = this.weakSince > 0 && now - this.weakSince > WEAK_FOR_MS;
    if (isWeak && !this.isDeclined && this.next()) this.propose();
  }

  /** @returns {HTMLButtonElement | undefined} the rung below */
  next() {
    const now = this.rungs.findIndex((rung) => rung.value === this.meeting.mode);
    const below = this.rungs[now + 1];
    return below?.value === "phone" && !this.phone?.value ? undefined : below;
  }

  propose() {
    const next = this.next();
    if (!next || slot(this.element, "proposal")?.hidden === false) return;
    const button = /** @type {HTMLButtonElement} */ (this.element.querySelector("[data-act=step-down]"));
    button.textContent = next.textContent;
    show(this.element, "proposal", true);
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const act = actOf(event);
    if (act === "ways") this.toggle();
    if (act === "step-down") this.step(/** @type {Mode} */ (this.next()?.value));
    if (act !== "go-on") return;
    this.isDeclined = true;
    show(this.element, "proposal", false);
  }

  close() {
    if (slot(this.element, "mode-choice")?.hidden === false) this.toggle();
  }

  toggle() {
    const modeChoice = /** @type {HTMLElement} */ (slot(this.element, "mode-choice"));
    modeChoice.hidden = !modeChoice.hidden;
    const tool = /** @type {HTMLElement} */ (this.element.querySelector("[data-act=ways]"));
    tool.setAttribute("aria-expanded", String(!modeChoice.hidden));
    if (modeChoice.hidden) tool.focus();
    else this.rungs.find((rung) => rung.value === this.meeting.mode)?.focus();
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    const rung = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (!rung || !this.rungs.includes(rung)) return;
    event.preventDefault();
    this.step(/** @type {Mode} */ (rung.value));
  }

  /** @param {Mode} mode */
  step(mode) {
    fill(this.element, "step-trouble", "");
    this.meeting.tell("meeting:change_mode", { mode, phone: mode === "phone" ? (this.phone?.value ?? "") : "" }).catch((error) => {
      fill(this.element, "step-trouble", error instanceof Error ? error.message : "");
      if (/** @type {any} */ (error).code?.startsWith("phone.")) this.phone?.focus();
    });
  }
}

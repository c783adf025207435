/** Private notes that save themselves a moment after the last key. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

const PAUSE_MS = 800;

const AGAIN_MS = 3000;
const MOST_UNHEARD = 5;
/** What a page may still send while it goes is 64 KiB (Fetch, 4.6: keepalive). */
const MOST_WHILE_LEAVING = 60_000;
const TRY_AGAIN = [408, 425, 429];

export class Notes {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {string | null} the notes that are under way: one save waits for the other's answer */
    this.inFlight = null;
    /** @type {string[]} what was sent and whose answer was never heard: it may stand all the same */
    this.unheard = [];
    /** @type {string | null} what another tab has written: it is replaced only by the button */
    this.theirs = null;
    this.kept = this.field.value;
    this.onInput = this.onInput.bind(this);
    this.onSubmit = this.onSubmit.bind(this);
    this.onLeave = this.onLeave.bind(this);
  }

  get field() {
    return /** @type {HTMLTextAreaElement} */ (this.form.elements.namedItem("notes"));
  }

  start() {
    this.form.addEventListener("input", this.onInput);
    this.form.addEventListener("submit", this.onSubmit);
    window.addEventListener("pagehide", this.onLeave);
  }

  stop() {
    this.onLeave();
    window.removeEventListener("pagehide", this.onLeave);
    this.form.removeEventListener("input", this.onInput);
    this.form.removeEventListener("submit", this.onSubmit);
  }

  /** What was typed at the last moment is not left behind; it says what is under way, whose answer nobody hears. */
  onLeave() {
    if (this.timer || this.inFlight !== null || this.theirs !== null) void this.send({ isLeaving: true });
  }

  onInput() {
    if (this.theirs !== null) return;
    fill(this.form, "saved", "");
    this.saveIn(PAUSE_MS);
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    event.preventDefault();
    this.theirs = null;
    this.save();
  }

  /** @param {number} pause in ms */
  saveIn(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  save() {
    if (this.inFlight === null) void this.send();
    else this.saveIn(PAUSE_MS);
  }

  stopWaiting() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** @param {boolean} isLeaving */
  body(isLeaving) {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(this.form)));
    // Whoever goes without having chosen keeps both.
    if (isLeaving && this.theirs !== null) body.set("notes", `${this.theirs}\n\n${this.field.value}`);
    const room = MOST_WHILE_LEAVING - body.toString().length;
    const sent = new URLSearchParams();
    for (const text of [...this.unheard, ...(this.inFlight === null ? [] : [this.inFlight])].reverse()) {
      sent.append("sent", text);
      if (isLeaving && sent.toString().length >= room) break;
      body.append("sent", text);
    }
    return body;
  }

  async send({ isLeaving = false } = {}) {
    this.stopWaiting();
    const body = this.body(isLeaving);
    const notes = body.get("notes") ?? "";
    this.inFlight = notes;
    try {
      const answer = await fetch(this.form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-Part": "sentence" },
        keepalive: isLeaving && body.toString().length < MOST_WHILE_LEAVING,
      });
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json") ?? false;
      if (isJson && (answer.ok || answer.status === 409)) this.onKept(answer.status === 409, await answer.json(), notes);
      else if (answer.ok || answer.status >= 500 || TRY_AGAIN.includes(answer.status)) throw new Error(String(answer.status));
      else fill(this.form, "saved", await answer.text());
    } catch {
      this.unheard = [...this.unheard, notes].slice(-MOST_UNHEARD);
      fill(this.form, "saved", say("Not saved yet. Trying again."));
      this.saveIn(AGAIN_MS);
    } finally {
      this.inFlight = null;
    }
  }

  /**
   * @param {boolean} isOvertaken
   * @param {{notes: string, version: string}} kept what stands now
   * @param {string} sent
   */
  onKept(isOvertaken, { notes, version }, sent) {
    this.unheard = [];
    /** @type {HTMLInputElement} */ (this.form.elements.namedItem("version")).value = version;
    if (!isOvertaken) {
      this.kept = sent;
      return fill(this.form, "saved", say("Saved."));
    }
    fill(this.form, "saved", say("Saved elsewhere meanwhile: %(text)s", { text: notes }));
    if (this.field.value === this.kept) {
      // Nothing was typed here: what stands is shown.
      this.field.value = this.kept = notes;
      return;
    }
    this.theirs = notes;
    this.stopWaiting();
  }
}

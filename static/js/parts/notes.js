/** Private notes that save themselves a moment after the last key. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

const PAUSE_MS = 800;

export class Notes {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.onInput = this.onInput.bind(this);
    this.onSubmit = this.onSubmit.bind(this);
    this.onLeave = this.onLeave.bind(this);
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

  /** What was typed at the last moment is not left behind. */
  onLeave() {
    if (this.timer) void this.save();
  }

  onInput() {
    fill(this.form, "saved", "");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), PAUSE_MS);
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    event.preventDefault();
    void this.save();
  }

  async save() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const body = new URLSearchParams(/** @type {any} */ (new FormData(this.form)));
    try {
      const answer = await fetch(this.form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        keepalive: true,
      });
      if (!answer.ok && answer.status !== 409) throw new Error(String(answer.status));
      const { notes, version } = await answer.json();
      /** @type {HTMLInputElement} */ (this.form.elements.namedItem("version")).value = version;
      // Another tab has written something else: nothing is replaced before it was seen here.
      const isOvertaken = answer.status === 409;
      fill(this.form, "saved", isOvertaken ? say("Saved elsewhere meanwhile: %(text)s", { text: notes }) : say("Saved."));
    } catch {
      fill(this.form, "saved", say("Not saved yet. Trying again."));
      this.timer = setTimeout(() => void this.save(), 3000);
    }
  }
}

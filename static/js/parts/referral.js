/** Sending the candidate on, or answering to that, without leaving the talk: the server draws what stands then. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

export class Referral {
  /** @param {HTMLElement} element around what the server draws: what bears the focus itself would not be drawn anew */
  constructor(element) {
    this.element = element;
    this.onSubmit = this.onSubmit.bind(this);
  }

  start() {
    this.element.addEventListener("submit", this.onSubmit);
  }

  stop() {
    this.element.removeEventListener("submit", this.onSubmit);
  }

  /** @param {SubmitEvent} event */
  async onSubmit(event) {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.ariaBusy) return;
    fill(this.element, "referral-trouble", "");
    form.ariaBusy = "true";
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Part": "sentence" } });
      if (!answer.ok) return fill(this.element, "referral-trouble", await answer.text());
      // What is typed into is not drawn anew; and the button that was pressed goes.
      form.reset();
      this.element.focus();
    } catch {
      fill(this.element, "referral-trouble", say("There is no network now, and nothing was sent. Everything stays here: send it again once it is back."));
    } finally {
      form.ariaBusy = null;
    }
  }
}

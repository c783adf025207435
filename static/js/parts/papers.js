/** The documents of an appointment: passed without leaving the page. The server draws their list. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

export class Papers {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.form = /** @type {HTMLFormElement} */ (element.querySelector("form[enctype]"));
    this.onSubmit = this.onSubmit.bind(this);
  }

  start() {
    this.element.addEventListener("submit", this.onSubmit);
  }

  stop() {
    this.element.removeEventListener("submit", this.onSubmit);
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    void this.send(form, form === this.form ? () => this.passed() : () => this.withdrawn(form));
  }

  passed() {
    this.form.reset();
    fill(this.element, "passed", say("It is passed, and can be read now."));
  }

  /** @param {HTMLFormElement} form */
  withdrawn(form) {
    form.closest("li")?.remove();
    fill(this.element, "passed", say("It is withdrawn. Nobody can read it any more."));
    /** @type {HTMLElement} */ (this.form.querySelector("input[type=file]")).focus();
  }

  /**
   * @param {HTMLFormElement} form
   * @param {() => void} done
   */
  async send(form, done) {
    fill(this.element, "trouble", "");
    fill(this.element, "passed", "");
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Part": "sentence" } });
      if (answer.ok) done();
      else fill(this.element, "trouble", await answer.text());
    } catch {
      // The file stays chosen: without a network the browser's own way says what is wrong.
      form.submit();
    } finally {
      form.removeAttribute("aria-busy");
    }
  }
}

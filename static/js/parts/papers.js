/** The documents of an appointment: passed without leaving the page, and there for the other one at once. */

import { say } from "../live/words.js";
import { copy, fill, slot } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {{appointment: string, document: string, name: string, giver_name: string}} Passed */

export class Papers {
  /**
   * @param {HTMLElement} element
   * @param {Connection} connection
   */
  constructor(element, connection) {
    this.element = element;
    this.connection = connection;
    this.form = /** @type {HTMLFormElement} */ (element.querySelector("form[enctype]"));
    /** @type {(() => void)[]} */
    this.stops = [];
    this.onSubmit = this.onSubmit.bind(this);
  }

  start() {
    this.stops = [this.connection.on("appointment:document", (fact) => this.add(fact))];
    this.form.addEventListener("submit", this.onSubmit);
  }

  stop() {
    for (const stop of this.stops) stop();
    this.form.removeEventListener("submit", this.onSubmit);
  }

  /** @param {Passed} passed */
  add(passed) {
    if (passed.appointment !== this.element.dataset.appointment) return;
    const item = copy(this.element, "paper");
    const link = /** @type {HTMLAnchorElement} */ (item.querySelector("a"));
    link.href = `/documents/${passed.document}`;
    link.textContent = passed.name;
    /** @type {HTMLElement} */ (item.querySelector(".soft")).textContent = passed.giver_name;
    slot(this.element, "list")?.append(item);
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    event.preventDefault();
    void this.pass();
  }

  passed() {
    this.form.reset();
    fill(this.element, "passed", say("It is passed, and can be read now."));
  }

  async pass() {
    fill(this.element, "trouble", "");
    fill(this.element, "passed", "");
    this.form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.form.action, {
        method: "POST",
        body: new FormData(this.form),
        headers: { "X-Part": "sentence" },
      });
      if (answer.ok) this.passed();
      else fill(this.element, "trouble", await answer.text());
    } catch {
      // The file stays chosen: without a network the browser's own way says what is wrong.
      this.form.submit();
    } finally {
      this.form.removeAttribute("aria-busy");
    }
  }
}

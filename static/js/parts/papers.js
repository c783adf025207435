/** The documents of an appointment: passed without leaving the page, and there for the other one at once. */

import { say } from "../live/words.js";
import { copy, fill, slot } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {{appointment_id: string, document_id: string, name: string, giver_id: string, giver_name: string}} Passed */

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
    this.stops = [
      this.connection.on("appointment:document", (payload) => this.add(payload)),
      this.connection.on("appointment:document_withdrawn", (payload) => this.item(payload.document_id)?.remove()),
    ];
    this.element.addEventListener("submit", this.onSubmit);
  }

  stop() {
    for (const stop of this.stops) stop();
    this.element.removeEventListener("submit", this.onSubmit);
  }

  /** @param {Passed} passed */
  add(passed) {
    if (passed.appointment_id !== this.element.dataset.appointment) return;
    const item = copy(this.element, "paper");
    item.dataset.document = passed.document_id;
    const link = /** @type {HTMLAnchorElement} */ (item.querySelector("a"));
    link.href = `/documents/${passed.document_id}`;
    link.textContent = passed.name;
    /** @type {HTMLElement} */ (item.querySelector(".soft")).textContent = passed.giver_name;
    const withdraw = /** @type {HTMLFormElement} */ (item.querySelector("form"));
    withdraw.action = `/documents/${passed.document_id}/withdraw`;
    if (passed.giver_id !== document.body.dataset.me) withdraw.remove();
    slot(this.element, "list")?.append(item);
  }

  /** @param {string} id */
  item(id) {
    return this.element.querySelector(`[data-document="${id}"]`);
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

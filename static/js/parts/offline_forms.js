/** A form that is sent while there is no network stays where it is: the browser's own error page would take it away. */

import { say } from "../live/words.js";

export class OfflineForms {
  /**
   * @param {Document} page
   * @param {import("../live/connection.js").Connection} connection a server on this machine needs no network
   */
  constructor(page, connection) {
    this.page = page;
    this.connection = connection;
    /** @type {HTMLElement | null} */
    this.note = null;
    this.onSubmit = this.onSubmit.bind(this);
    this.onOnline = this.onOnline.bind(this);
  }

  start() {
    this.page.addEventListener("submit", this.onSubmit);
    window.addEventListener("online", this.onOnline);
  }

  stop() {
    this.page.removeEventListener("submit", this.onSubmit);
    window.removeEventListener("online", this.onOnline);
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (navigator.onLine || this.connection.socket.connected || event.defaultPrevented || form.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.onOnline();
    this.note = this.page.createElement("p");
    this.note.className = "flash warn";
    this.note.setAttribute("role", "alert");
    this.note.textContent = say("There is no network now, and nothing was sent. Everything stays here: send it again once it is back.");
    form.append(this.note);
  }

  onOnline() {
    this.note?.remove();
    this.note = null;
  }
}

/** Before the same goes to several, the question says to how many. */

import { say } from "../live/words.js";

export class Ticked {
  /** @param {HTMLElement} button that sends to those who are ticked in its form */
  constructor(button) {
    this.button = button;
    this.form = /** @type {HTMLFormElement} */ (button.closest("form"));
    this.count = this.count.bind(this);
  }

  start() {
    this.button.ownerDocument.addEventListener("change", this.count);
    this.count();
  }

  stop() {
    this.button.ownerDocument.removeEventListener("change", this.count);
  }

  count() {
    const ticked = [...this.form.elements].filter((each) => each instanceof HTMLInputElement && each.name === "talk" && each.checked);
    const count = String(ticked.length);
    this.button.dataset.confirm = say("Send this answer to everybody who is ticked (%(count)s)? Each of them gets a mail.", { count });
  }
}

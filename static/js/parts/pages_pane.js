/** The pane in which a page is looked at together, as both sides have it; what is in it differs. */

import { fill, slot } from "./dom.js";

/** @typedef {import("../meeting/meeting.js").Meeting} Meeting */

export class PagesPane {
  /**
   * @param {HTMLElement} element the whole meeting
   * @param {Meeting} meeting
   * @param {string} otherName
   */
  constructor(element, meeting, otherName) {
    this.element = element;
    this.meeting = meeting;
    this.otherName = otherName;
    this.pane = /** @type {HTMLElement} */ (element.querySelector("[data-pane=pages]"));
    this.place = /** @type {HTMLElement} */ (slot(element, "pages"));
    this.button = /** @type {HTMLElement} */ (element.querySelector("[data-act=cobrowse]"));
    /** @type {(() => void)[]} */
    this.stops = [];
  }

  /** @param {boolean} isShown */
  show(isShown) {
    const isNew = isShown && this.pane.hidden;
    this.pane.hidden = !isShown;
    this.button.setAttribute("aria-pressed", String(isShown));
    if (isNew) this.pane.scrollIntoView({ block: "nearest" });
    return isNew;
  }

  /** @param {string} words what is said of it below the picture */
  tell(words) {
    fill(this.element, "stepped", words);
  }

  /**
   * Send a command; a refusal is said, and what is shown is drawn as it still is.
   * @param {string} event
   * @param {object} [payload]
   */
  send(event, payload) {
    this.tell("");
    this.meeting.tell(event, payload).catch((error) => {
      this.tell(error instanceof Error ? error.message : "");
      this.draw();
    });
  }

  draw() {}
}

/** Beside the talk: who is next. Calling them ends this talk; where they could not be called it goes on, and why is said. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

export class NextInLine {
  /**
   * @param {HTMLElement} element drawn by the server alone
   * @param {import("../live/connection.js").Connection} connection
   * @param {import("./meeting_door.js").MeetingDoor} door
   */
  constructor(element, connection, door) {
    this.element = element;
    this.connection = connection;
    this.door = door;
    /** Whoever is called next is waited for at the desk: the end of this talk must not draw its page again over that. */
    this.leaves = false;
    this.hasEnded = false;
    this.onSubmit = this.onSubmit.bind(this);
  }

  start() {
    this.element.addEventListener("submit", this.onSubmit);
  }

  stop() {
    this.element.removeEventListener("submit", this.onSubmit);
  }

  /** The talk has ended: this page is drawn anew, unless it leads to the desk in a moment. */
  ended() {
    this.hasEnded = true;
    if (!this.leaves) location.reload();
  }

  /** @param {SubmitEvent} event */
  async onSubmit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.dataset.act !== "call-next") return;
    event.preventDefault();
    const desk = form.action.replace(/\/call$/, "");
    const booth = desk.split("/").at(-1);
    const place = String(new FormData(form).get("place") ?? "") || null;
    this.door.expect();
    this.leaves = true;
    try {
      await this.connection.send("line:call", { booth_id: booth, place_id: place, finish: true });
      location.assign(desk);
    } catch (error) {
      this.door.forget();
      this.leaves = false;
      // It was done, and only its acknowledgement was lost.
      if (this.hasEnded) return location.assign(desk);
      const message = error instanceof Error ? error.message : "";
      fill(this.element, "trouble", message || say("Nobody in line can be called right now."));
    }
  }
}

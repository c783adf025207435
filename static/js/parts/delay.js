/** How late an appointment will be, from what is known: said where one waits for it. */

import { say } from "../live/words.js";
import { clock } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */

export class Delay {
  /**
   * @param {HTMLElement} element
   * @param {Connection} connection
   */
  constructor(element, connection) {
    this.element = element;
    this.connection = connection;
    /** @type {(() => void)[]} */
    this.stops = [];
  }

  start() {
    this.stops = [this.connection.on("appointment:delayed", (payload) => this.tell(payload))];
  }

  stop() {
    for (const stop of this.stops) stop();
  }

  /** @param {{appointment_id: string, expected_at: string | null}} payload */
  tell(payload) {
    if (payload.appointment_id !== this.element.dataset.appointment) return;
    this.element.hidden = payload.expected_at === null;
    const words = payload.expected_at ? say("The talk before runs over. Yours is expected at %(time)s.", { time: clock(payload.expected_at) }) : "";
    this.element.textContent = words;
  }
}

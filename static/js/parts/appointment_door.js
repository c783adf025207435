/** Shows the way to an appointment when the other one waits, on whatever page one is. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */

export class AppointmentDoor {
  /**
   * @param {HTMLElement} element
   * @param {Connection} connection
   * @param {Announcer} announcer
   */
  constructor(element, connection, announcer) {
    this.element = element;
    this.connection = connection;
    this.announcer = announcer;
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on("appointment:entered", (payload) => this.entered(payload));
  }

  stop() {
    this.stops();
  }

  /** @param {{appointment_id: string, person_id: string}} payload */
  entered(payload) {
    if (payload.person_id === document.body.dataset.me) return;
    const sentence = say("Somebody waits for you in the waiting room.");
    fill(this.element, "words", sentence);
    /** @type {HTMLAnchorElement} */ (this.element.querySelector("a")).href = `/appointments/${payload.appointment_id}`;
    this.element.hidden = false;
    this.announcer.sayNow(sentence);
  }
}

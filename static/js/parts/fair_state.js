/** The fair in the masthead: open until when, or closed. */

import { say } from "../live/words.js";
import { clockOrDay } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */

/** @type {Record<string, string>} */
const STATES = { published: "Announced", open: "Closed for now", closed: "Closed", archived: "Archived" };

export class FairState {
  /**
   * @param {HTMLElement} element
   * @param {Connection} connection
   */
  constructor(element, connection) {
    this.element = element;
    this.connection = connection;
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on("fair:turned", (payload) => this.turn(payload));
  }

  stop() {
    this.stops();
  }

  /** @param {{state: string, open_until: string | null}} payload */
  turn(payload) {
    const isOpen = payload.state === "open" && payload.open_until;
    this.element.textContent = isOpen
      ? say("Open until %(time)s", { time: clockOrDay(payload.open_until ?? "", this.connection.now()) })
      : say(STATES[payload.state] ?? "Closed");
  }
}

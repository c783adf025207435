/** The third of a talk of three: a transport of their own, and a picture beside the other one's. */

import { Meeting } from "../meeting/meeting.js";
import { Tile } from "./tile.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("../meeting/state.js").Start} Start */
/** @typedef {import("../meeting/state.js").Partner} Partner */

export class Third {
  /**
   * @param {HTMLElement} element the whole meeting
   * @param {Start} live what the talk with the other one starts from
   * @param {Partner} third
   * @param {Connection} connection
   * @param {string} tab
   * @param {() => void} changed
   */
  constructor(element, live, third, connection, tab, changed) {
    this.name = third.name;
    this.tile = new Tile(/** @type {HTMLElement} */ (element.querySelector("[data-part=third]")), third.name);
    // What the connection did is recorded of the two whom the appointment is between.
    const start = { ...live, other: third, is_recorded: false };
    const nothing = () => undefined;
    this.meeting = new Meeting(connection, start, tab, {
      stream: (stream) => this.tile.play(stream),
      changed,
      elsewhere: nothing,
      ended: nothing,
      refused: nothing,
    });
  }

  start() {
    this.meeting.start();
  }

  stop() {
    this.meeting.stop();
  }

  draw() {
    this.tile.draw(this.meeting);
  }

  get words() {
    return this.tile.words(this.meeting);
  }
}

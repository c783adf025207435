/** The third of a talk of three: a transport of their own, and a picture beside the other one's. */

import { Meeting } from "../meeting/meeting.js";
import { say } from "../live/words.js";
import { fill, show, slot } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("../meeting/meeting.js").Start} Start */
/** @typedef {{id: string, name: string, isIn: boolean, channel: string}} Person */

export class Third {
  /**
   * @param {HTMLElement} element the whole meeting
   * @param {Start} live what the talk with the other one starts from
   * @param {Person} third
   * @param {Connection} connection
   * @param {string} tab
   */
  constructor(element, live, third, connection, tab) {
    this.name = third.name;
    this.tile = /** @type {HTMLElement} */ (element.querySelector("[data-part=third]"));
    this.picture = /** @type {HTMLVideoElement} */ (slot(this.tile, "remote"));
    this.play = /** @type {HTMLButtonElement} */ (this.tile.querySelector("[data-act=play]"));
    // What the connection did is recorded of the two whom the appointment is between.
    const start = { ...live, other: third.id, otherIsIn: third.isIn, channel: third.channel, isAppointment: false };
    this.meeting = new Meeting(connection, start, tab, {
      stream: (stream) => this.show(stream),
      changed: () => this.draw(),
      elsewhere: () => undefined,
      ended: () => undefined,
      refused: () => undefined,
    });
  }

  start() {
    this.meeting.start();
    this.play.onclick = () => {
      void this.picture.play();
      this.play.hidden = true;
    };
    this.draw();
  }

  stop() {
    this.meeting.stop();
  }

  /** @param {MediaStream} stream */
  show(stream) {
    if (this.picture.srcObject !== stream) this.picture.srcObject = stream;
    this.picture.play().catch(() => (this.play.hidden = false));
  }

  get words() {
    const name = this.name;
    if (this.meeting.otherIsIn && this.meeting.otherPeer) return say("%(name)s has gone in", { name });
    return say(this.meeting.otherPeer ? "%(name)s is getting ready" : "%(name)s is not connected now", { name });
  }

  draw() {
    const peer = this.meeting.otherIsIn ? this.meeting.otherPeer : undefined;
    fill(this.tile, "other-microphone", peer ? say(peer.microphone ? "microphone on" : "microphone off") : "");
    fill(this.tile, "other-camera", peer ? say(peer.camera ? "camera on" : "camera off") : "");
    this.picture.classList.toggle("visually-hidden", !peer?.camera);
    show(this.tile, "note", !peer?.camera);
    fill(this.tile, "note-words", peer ? say("camera off") : this.words);
  }
}

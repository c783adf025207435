/** One of those whom one talks with, as they are seen: picture, name, what their microphone and camera do. */

import { say } from "../live/words.js";
import { fill, show, slot } from "./dom.js";

/** @typedef {import("../meeting/meeting.js").Meeting} Meeting */

export class Tile {
  /**
   * @param {HTMLElement} element
   * @param {string} name
   */
  constructor(element, name) {
    this.element = element;
    this.name = name;
    this.picture = /** @type {HTMLVideoElement} */ (slot(element, "remote"));
    /** @type {import("../meeting/state.js").Peer | undefined} as it was known last */
    this.last = undefined;
  }

  /** @param {MediaStream} stream */
  play(stream) {
    if (this.picture.srcObject !== stream) this.picture.srcObject = stream;
    this.picture.play().catch(() => this.askToPlay());
  }

  askToPlay() {
    const button = /** @type {HTMLElement} */ (this.element.querySelector("[data-act=play]"));
    button.hidden = false;
    button.onclick = () => {
      void this.picture.play();
      button.hidden = true;
    };
  }

  /**
   * The other one, as long as the server or their picture still comes through.
   * @param {Meeting} meeting
   */
  peerOf(meeting) {
    if (meeting.otherPeer) this.last = meeting.otherPeer;
    return meeting.otherPeer ?? (meeting.transportState === "connected" ? this.last : undefined);
  }

  /** @param {Meeting} meeting */
  words(meeting) {
    const name = this.name;
    if (meeting.snapshot.went_out.includes(meeting.other)) return say("%(name)s has left, and can still come back", { name });
    if (!this.peerOf(meeting)) return say("%(name)s is not connected now", { name });
    return say(meeting.otherIsIn ? "%(name)s has gone in" : "%(name)s is getting ready", { name });
  }

  /** @param {Meeting} meeting */
  draw(meeting) {
    const peer = this.peerOf(meeting);
    const here = meeting.otherIsIn && peer;
    fill(this.element, "other-microphone", here ? say(peer.microphone ? "microphone on" : "microphone off") : "");
    fill(this.element, "other-camera", here ? say(peer.camera ? "camera on" : "camera off") : "");
    slot(this.element, "other-microphone")?.classList.toggle("off", Boolean(here) && !peer?.microphone);
    const seen = Boolean(here && peer.camera);
    this.picture.classList.toggle("visually-hidden", !seen);
    show(this.element, "note", !seen);
    fill(this.element, "note-words", here ? say("camera off") : this.words(meeting));
  }
}

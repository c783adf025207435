/** A short sound when somebody joins a line in which nobody stood; only for whoever wants it. */

import { RingSound } from "./ring_sound.js";

const KEY = "parvis-line-sound";

export class LineSound {
  /**
   * @param {HTMLElement} element
   * @param {import("../live/connection.js").Connection} connection
   * @param {Storage} storage of this browser
   */
  constructor(element, connection, storage) {
    this.element = element;
    this.connection = connection;
    this.storage = storage;
    this.sound = new RingSound(element.ownerDocument, storage, KEY, "off");
    this.button = /** @type {HTMLButtonElement} */ (element.querySelector("button"));
    this.onClick = this.onClick.bind(this);
    this.stops = () => {};
  }

  start() {
    this.element.hidden = false;
    this.draw();
    this.button.addEventListener("click", this.onClick);
    this.sound.start();
    this.stops = this.connection.on("line:joined", () => this.hear());
  }

  stop() {
    this.stops();
    this.sound.stop();
    this.button.removeEventListener("click", this.onClick);
  }

  /** The line is drawn anew after this: what stands on the page is how it was before. */
  hear() {
    if (this.sound.isOn && !this.element.ownerDocument.querySelector("[data-slot=line] [data-place]")) this.sound.once();
  }

  onClick() {
    this.sound.choose(!this.sound.isOn);
    this.draw();
  }

  draw() {
    this.button.setAttribute("aria-pressed", String(this.sound.isOn));
  }
}

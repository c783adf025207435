/** Shows whether the page is connected. */

import { say } from "../live/words.js";

/** @typedef {import("../live/connection.js").Connection} Connection */

const SENTENCES = {
  connected: "Connected",
  "catching-up": "Catching up",
  lost: "No connection. Trying again.",
};
const PATIENCE_MS = 1200;

export class ConnectionPill {
  /**
   * @param {HTMLElement} element
   * @param {Connection} connection
   */
  constructor(element, connection) {
    this.element = element;
    this.connection = connection;
    this.stops = () => {};
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  start() {
    this.stops = this.connection.watch((state) => {
      clearTimeout(this.timer);
      // A reconnection of a second is not worth a warning.
      if (state === "connected") this.show(state);
      else this.timer = setTimeout(() => this.show(state), PATIENCE_MS);
    });
  }

  stop() {
    clearTimeout(this.timer);
    this.stops();
  }

  /** @param {keyof typeof SENTENCES} state */
  show(state) {
    this.element.hidden = false;
    this.element.classList.toggle("ok", state === "connected");
    this.element.classList.toggle("warn", state !== "connected");
    const text = this.element.querySelector("[data-slot=text]");
    if (text) text.textContent = say(SENTENCES[state]);
  }
}

/** Shows whether the page is connected. */

import { say } from "../live/words.js";

/** @typedef {import("../live/connection.js").Connection} Connection */

const SENTENCES = {
  connected: "Live",
  "catching-up": "Catching up",
  lost: "No connection. Trying again.",
  "signed-out": "Signed out",
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
    if (state === "signed-out") this.sayWhere();
  }

  /** What was typed stays on the page; the way back in leads to it. */
  sayWhere() {
    const note = document.createElement("p");
    note.className = "flash warn";
    note.dataset.kept = "";
    note.setAttribute("role", "alert");
    const way = document.createElement("a");
    way.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    way.textContent = say("Sign in");
    note.append(`${say("You were signed out on this device.")} `, way);
    document.querySelector("main")?.prepend(note);
    note.scrollIntoView({ block: "nearest" });
  }
}

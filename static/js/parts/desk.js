/** The recruiter's desk: calls go out by the live connection, and what becomes of them is said. The server draws it. */

import { say } from "../live/words.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */

/** @type {Record<string, string>} */
const SETTLED = {
  accepted: "%(name)s has accepted. The waiting room is open.",
  missed: "%(name)s did not answer. They keep their place.",
  postponed: "%(name)s asks for five minutes. They keep their place.",
  declined: "%(name)s has left the line.",
  withdrawn: "The call was withdrawn.",
};

export class Desk {
  /**
   * @param {HTMLElement} element
   * @param {Connection} connection
   * @param {Announcer} announcer
   * @param {import("./meeting_door.js").MeetingDoor} door
   */
  constructor(element, connection, announcer, door) {
    this.door = door;
    this.element = element;
    this.connection = connection;
    this.announcer = announcer;
    this.booth = element.dataset.booth ?? "";
    this.stream = `line:${this.booth}`;
    /** @type {(() => void)[]} */
    this.stops = [];
    this.isSending = false;
    this.unseen = 0;
    this.title = document.title;
    this.look = this.look.bind(this);
    this.onSubmit = this.onSubmit.bind(this);
  }

  start() {
    const here = (/** @type {any} */ told) => told.stream === this.stream;
    this.stops = [
      this.connection.watch((state) => state === "connected" && void this.attend()),
      this.connection.on("line:rang", (told) => here(told) && this.say("Calling %(name)s", told.ringing.place_id)),
      this.connection.on("line:settled", (told) => here(told) && this.say(SETTLED[told.state], told.place_id)),
      this.connection.on("line:joined", (told) => here(told) && this.joined(told)),
      this.connection.on("line:question", (told) => here(told) && this.hear(told.question)),
    ];
    this.element.addEventListener("submit", this.onSubmit);
    document.addEventListener("visibilitychange", this.look);
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.element.removeEventListener("submit", this.onSubmit);
    document.removeEventListener("visibilitychange", this.look);
  }

  attend() {
    return this.connection.send("booth:attend", { booth_id: this.booth }).catch(() => undefined);
  }

  /**
   * @param {string | undefined} sentence
   * @param {string} place
   */
  say(sentence, place) {
    const name = this.element.querySelector(`[data-place="${place}"] [data-slot=name]`)?.textContent ?? "";
    if (sentence) this.announcer.say(say(sentence, { name }));
  }

  /**
   * Said, and counted in the title until somebody looks.
   * @param {{place: {name: string, ticket: number}}} told
   */
  joined({ place }) {
    const name = place.name || say("Candidate %(ticket)s", { ticket: place.ticket });
    this.announcer.say(say("%(name)s is in your line", { name }));
    if (!document.hidden) return;
    this.unseen += 1;
    document.title = `(${this.unseen}) ${this.title}`;
  }

  look() {
    if (document.hidden || this.unseen === 0) return;
    this.unseen = 0;
    document.title = this.title;
  }

  /** @param {{asker_name: string, waits: boolean}} question */
  hear(question) {
    if (question.waits) this.announcer.say(say("%(name)s asks something", { name: question.asker_name }));
  }

  /** @param {SubmitEvent} event */
  async onSubmit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.action.endsWith("/call") && !form.action.endsWith("/withdraw")) return;
    event.preventDefault();
    if (this.isSending) return; // a double click means one call
    this.isSending = true;
    try {
      if (form.action.endsWith("/withdraw")) {
        await this.connection.send("line:withdraw", { call_id: form.action.split("/").at(-2) });
        return;
      }
      const place = String(new FormData(form).get("place") ?? "") || null;
      this.door.expect();
      await this.connection.send("line:call", { booth_id: this.booth, place_id: place });
    } catch (error) {
      this.door.forget();
      this.refuse(error instanceof Error ? error.message : "");
    } finally {
      this.isSending = false;
    }
  }

  /** @param {string} message */
  refuse(message) {
    this.element.parentElement?.querySelector(".flash.refused")?.remove();
    const note = document.createElement("p");
    note.className = "flash warn refused";
    note.setAttribute("role", "alert");
    note.textContent = message;
    this.element.before(note);
    setTimeout(() => note.remove(), 10_000);
  }
}

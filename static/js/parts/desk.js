/** The recruiter's desk: the line as it status, who can be called, the call that rings. */

import { ordinal, say } from "../live/words.js";
import { copy, fill, show, slot } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */
/**
 * @typedef {object} Place
 * @property {string} place_id
 * @property {string} name
 * @property {string} seeks
 * @property {string} location
 * @property {string} spoken_languages
 * @property {string} words
 * @property {string} person_id
 * @property {string | null} cv_id
 * @property {boolean} is_simulated
 * @property {number} ticket
 * @property {string} state
 */
/** @typedef {{place_id: string, position: number | null, is_near: boolean, is_engaged: boolean, can_be_called: boolean}} PlaceStatus */

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
    this.list = /** @type {HTMLElement} */ (slot(element, "line"));
    /** @type {Map<string, string>} the place each ringing call is for */
    this.ringing = new Map();
    /** @type {string} the call that we let ring */
    this.mine = element.dataset.ringing ?? "";
    /** @type {(() => void)[]} */
    this.stops = [];
    this.isSending = false;
    this.onSubmit = this.onSubmit.bind(this);
  }

  start() {
    this.stops = [
      this.connection.watch((state) => state === "connected" && void this.attend()),
      this.connection.on("line:joined", (payload) => payload.stream === this.stream && this.join(payload.place)),
      this.connection.on("line:changed", (payload) => payload.stream === this.stream && this.change(payload)),
      this.connection.on("line:cv_changed", (payload) => payload.stream === this.stream && this.showCv(payload.person_id, payload.document_id)),
      this.connection.on("line:rang", (payload) => payload.stream === this.stream && this.ring(payload.ringing)),
      this.connection.on("line:settled", (payload) => payload.stream === this.stream && this.settle(payload)),
      this.connection.on("desk:status", (status) => status.booth_id === this.booth && this.show(status.places)),
    ];
    this.element.addEventListener("submit", this.onSubmit);
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.element.removeEventListener("submit", this.onSubmit);
  }

  attend() {
    return this.connection.send("booth:attend", { booth_id: this.booth }).catch(() => undefined);
  }

  /** @param {string} place */
  row(place) {
    return /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-place="${place}"]`));
  }

  /** @param {string} place */
  name(place) {
    return this.row(place)?.querySelector("[data-slot=name]")?.textContent ?? "";
  }

  /** @param {Place} place */
  join(place) {
    if (this.row(place.place_id)) return;
    const row = copy(this.element, "row");
    row.dataset.place = place.place_id;
    fill(row, "name", place.name);
    fill(row, "seeks", [place.seeks, place.location, place.spoken_languages].filter(Boolean).join(" · "));
    fill(row, "words", place.words);
    show(row, "words", Boolean(place.words));
    show(row, "simulated", place.is_simulated);
    const hidden = /** @type {HTMLInputElement | null} */ (row.querySelector("input[name=place]"));
    if (hidden) hidden.value = place.place_id;
    row.dataset.person = place.person_id;
    this.list.append(row);
    this.showCv(place.person_id, place.cv_id);
    show(this.element, "nobody", false);
  }

  /**
   * @param {string} person
   * @param {string | null} document
   */
  showCv(person, document) {
    const row = this.list.querySelector(`[data-person="${person}"]`);
    const link = /** @type {HTMLAnchorElement | null} */ (row && slot(row, "cv"));
    if (!link) return;
    link.hidden = !document;
    link.href = document ? `/documents/${document}` : "#";
  }

  /** @param {{place_id: string, state: string}} payload */
  change(payload) {
    if (["left", "served", "ended"].includes(payload.state)) this.row(payload.place_id)?.remove();
    show(this.element, "nobody", this.list.children.length === 0);
  }

  /** @param {{call_id: string, place_id: string, recruiter_id: string}} ringing */
  ring(ringing) {
    this.ringing.set(ringing.call_id, ringing.place_id);
    const panel = slot(this.element, "ringing");
    if (!panel) return;
    const sentence = say("Calling %(name)s", { name: this.name(ringing.place_id) });
    const content = /** @type {HTMLTemplateElement} */ (this.element.querySelector("template[data-template=ringing]"))
      .content.cloneNode(true);
    panel.replaceChildren(content);
    /** @type {HTMLElement} */ (panel.querySelector("p")).textContent = sentence;
    /** @type {HTMLFormElement} */ (panel.querySelector("form")).action = `/calls/${ringing.call_id}/withdraw`;
    panel.hidden = false;
    if (ringing.recruiter_id === this.element.dataset.me) {
      this.mine = ringing.call_id;
      show(this.element, "next", false);
    }
    this.announcer.say(sentence);
  }

  /** @param {{call_id: string, place_id: string, state: string}} payload */
  settle(payload) {
    this.ringing.delete(payload.call_id);
    if (this.ringing.size === 0) show(this.element, "ringing", false);
    if (payload.call_id === this.mine && payload.state !== "accepted") show(this.element, "next", true);
    const sentence = SETTLED[payload.state];
    if (sentence) this.announcer.say(say(sentence, { name: this.name(payload.place_id) }));
  }

  /** @param {PlaceStatus[]} statuses */
  show(statuses) {
    for (const status of statuses) {
      const row = this.row(status.place_id);
      if (!row) continue;
      fill(row, "ordinal", status.position ? ordinal(status.position) : "–");
      slot(row, "ordinal")?.classList.toggle("is-first", status.position === 1);
      const state = slot(row, "state");
      state?.classList.toggle("ok", status.can_be_called);
      state?.classList.toggle("quiet", !status.can_be_called);
      state?.classList.remove("warn");
      fill(row, "state-text", this.state(status));
      const call = row.querySelector("button");
      if (status.position === null || status.is_engaged || !status.is_near) call?.setAttribute("aria-disabled", "true");
      else call?.removeAttribute("aria-disabled");
    }
    this.next(statuses.find((status) => status.can_be_called));
  }

  /** @param {PlaceStatus} status */
  state(status) {
    if ([...this.ringing.values()].includes(status.place_id)) return say("calling");
    if (status.position === null) return status.is_engaged ? say("In a talk") : say("on hold");
    if (status.is_engaged) return say("in another talk");
    if (!status.is_near) return say("out of reach");
    return status.can_be_called ? say("within reach") : say("passed over for a moment");
  }

  /** @param {PlaceStatus | undefined} status */
  next(status) {
    const form = slot(this.element, "next");
    form?.classList.toggle("is-quiet", !status);
    const button = form?.querySelector("button");
    if (status) button?.removeAttribute("aria-disabled");
    else button?.setAttribute("aria-disabled", "true");
    const name = status ? this.name(status.place_id) : "";
    fill(this.element, "next-words", status ? say("Next: %(name)s", { name }) : say("Nobody in line can be called right now."));
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

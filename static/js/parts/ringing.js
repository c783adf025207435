/** The call that rings: who, for how long, and the four answers. The countdown follows the server's deadline. */

import { say } from "../live/words.js";
import { actOf, fill, show } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */
/**
 * @typedef {object} Ringing
 * @property {string} call_id
 * @property {string} employer
 * @property {string} recruiter_name
 * @property {number} minutes
 * @property {string} deadline
 * @property {boolean} is_on_site
 * @property {boolean} is_coming
 */

const RINGS_FOR_MS = 60_000;
const SETTLED = {
  withdrawn: "The call was withdrawn. Your place is kept.",
  missed: "You missed the call. You keep your place and will be called again in two minutes.",
  other: "The call has ended. You stay in line.",
  later: "You keep your place. You can be called again in five minutes.",
};

export class RingingDialog {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {Connection} connection
   * @param {Announcer} announcer
   * @param {import("./meeting_door.js").MeetingDoor} door
   * @param {import("./ring_sound.js").RingSound} sound
   */
  constructor(dialog, connection, announcer, door, sound) {
    this.sound = sound;
    this.dialog = dialog;
    this.connection = connection;
    this.announcer = announcer;
    this.door = door;
    /** @type {Ringing | null} */
    this.ringing = null;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** @type {(() => void)[]} */
    this.stops = [];
    this.onAnswer = this.onAnswer.bind(this);
    this.onClose = this.onClose.bind(this);
    this.onClick = this.onClick.bind(this);
    this.drawSound = this.drawSound.bind(this);
    /** @type {string | null} the call whose table they are walking to */
    this.coming = null;
    /** @type {number} how long it rings, in milliseconds */
    this.span = RINGS_FOR_MS;
    this.title = document.title;
  }

  start() {
    this.stops = [
      this.connection.on("call:rang", (payload) => this.ring(payload.ringing)),
      this.connection.on("call:settled", (payload) => this.settle(payload)),
      this.connection.on("meeting:opened", () => this.close()),
    ];
    this.dialog.addEventListener("submit", this.onAnswer);
    // Escape does not answer a call: the choices do.
    this.dialog.addEventListener("cancel", prevent);
    this.dialog.addEventListener("close", this.onClose);
    this.dialog.addEventListener("click", this.onClick);
    this.sound.onChange = this.drawSound;
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
    clearInterval(this.timer);
    this.dialog.removeEventListener("submit", this.onAnswer);
    this.dialog.removeEventListener("cancel", prevent);
    this.dialog.removeEventListener("close", this.onClose);
    this.dialog.removeEventListener("click", this.onClick);
  }

  /**
   * @param {Ringing} ringing
   */
  ring(ringing) {
    const left = new Date(ringing.deadline).getTime() - this.connection.now();
    if (left <= 0) return;
    const ringsOn = this.ringing?.call_id === ringing.call_id;
    if (ringing.is_coming || ringing.call_id === this.coming) {
      // On the way to the table already, said here or in another tab: it rings no more.
      this.coming = ringing.call_id;
      if (ringsOn) this.close();
      return;
    }
    this.ringing = ringing;
    this.span = Math.max(RINGS_FOR_MS, left);
    if (ringsOn) return this.count();
    this.drawChoices(ringing.is_on_site);
    fill(this.dialog, "employer", ringing.employer);
    fill(this.dialog, "recruiter", ringing.recruiter_name);
    fill(this.dialog, "minutes", String(ringing.minutes));
    this.count();
    clearInterval(this.timer);
    this.timer = setInterval(() => this.count(), 1000);
    if (!this.dialog.open) this.dialog.showModal();
    /** @type {HTMLElement | null} */ (this.dialog.querySelector("h2"))?.focus();
    const sentence = say("It is your turn: %(employer)s calls you.", { employer: ringing.employer });
    this.announcer.sayNow(sentence);
    document.title = `● ${sentence}`;
    navigator.vibrate?.([300, 200, 300]);
    this.sound.begin();
    // Browsers take a moment to let it sound.
    setTimeout(() => this.drawSound(), 300);
  }

  /** @param {boolean} isOnSite to the table of a booth one comes on foot, without a picture */
  drawChoices(isOnSite) {
    fill(this.dialog, "join-words", isOnSite ? say("I am coming to the table") : say("Join now"));
    const without = /** @type {HTMLElement | null} */ (this.dialog.querySelector("[value=without_video]"));
    if (without) without.hidden = isOnSite;
  }

  /** With the sound that was chosen; where the browser keeps it silent, it is said. */
  drawSound() {
    const { isRinging, isHeard } = this.sound;
    show(this.dialog, "silent", isRinging && !isHeard);
    const silence = /** @type {HTMLElement | null} */ (this.dialog.querySelector("[data-act=silence]"));
    if (silence) silence.hidden = !isRinging || !isHeard;
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (actOf(event) !== "silence") return;
    this.sound.end();
    this.drawSound();
  }

  /** Some browsers close a dialog however often it is prevented; the call still rings, and can only be answered here. */
  onClose() {
    if (this.ringing && this.dialog.isConnected) this.dialog.showModal();
  }

  count() {
    if (!this.ringing) return;
    const left = Math.max(0, new Date(this.ringing.deadline).getTime() - this.connection.now());
    const seconds = this.dialog.querySelector(".seconds");
    if (seconds) seconds.textContent = say("%(seconds)s s", { seconds: Math.ceil(left / 1000) });
    this.dialog.style.setProperty("--left", String(Math.min(1, left / this.span)));
  }

  /** @param {{call_id: string, state: string, counted: boolean}} payload */
  settle(payload) {
    if (![this.ringing?.call_id, this.coming].includes(payload.call_id)) return;
    this.close();
    if (payload.state === "accepted" || payload.state === "declined") return;
    const key = payload.state === "withdrawn" ? "withdrawn" : payload.state === "missed" && payload.counted ? "missed" : "other";
    this.tell(say(SETTLED[key]));
  }

  /**
   * What became of the call, to be read as well as heard.
   * @param {string} sentence
   */
  tell(sentence) {
    this.announcer.say(sentence);
    document.querySelector("[data-after-call]")?.remove();
    const note = document.createElement("p");
    note.className = "flash";
    note.dataset.afterCall = "";
    note.dataset.kept = "";
    note.textContent = sentence;
    document.querySelector("main")?.prepend(note);
    note.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} call_id */
  async stretch(call_id) {
    try {
      await this.connection.send("line:stretch", { call_id });
      this.announcer.say(say("It rings for a minute more."));
    } catch (error) {
      this.announcer.sayNow(error instanceof Error ? error.message : "");
    }
  }

  close() {
    if (this.ringing) this.announcer.hush();
    this.ringing = null;
    this.sound.end();
    clearInterval(this.timer);
    document.title = this.title;
    if (this.dialog.open) this.dialog.close();
  }

  /** @param {SubmitEvent} event */
  async onAnswer(event) {
    event.preventDefault();
    const answer = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value;
    if (!this.ringing || !answer) return;
    const { call_id } = this.ringing;
    if (answer === "stretch") return this.stretch(call_id);
    const comes = this.ringing.is_on_site && answer === "join";
    if (comes) this.coming = call_id;
    else if (answer === "join" || answer === "without_video") this.door.expect();
    try {
      await this.connection.send("line:answer", { call_id, answer });
    } catch (error) {
      if (comes) this.coming = null;
      return this.tell(error instanceof Error ? error.message : "");
    }
    if (answer === "later") this.tell(say(SETTLED.later));
    if (comes) this.tell(say("Good: the table waits for you."));
    if (comes || answer === "later" || answer === "leave") this.close();
  }
}

/** @param {Event} event */
function prevent(event) {
  event.preventDefault();
}

/** The screen, or one window of it, as a stream of its own beside the two pictures; either one ends it. */

import { say } from "../live/words.js";
import { actOf, fill, show, slot } from "./dom.js";

/** @typedef {import("../meeting/meeting.js").Meeting} Meeting */

export class Screen {
  /**
   * @param {HTMLElement} element the whole meeting
   * @param {Meeting} meeting
   * @param {MediaDevices | undefined} media
   * @param {string} otherName
   */
  constructor(element, meeting, media, otherName) {
    this.element = element;
    this.meeting = meeting;
    this.media = media;
    this.otherName = otherName;
    this.pane = /** @type {HTMLElement} */ (element.querySelector("[data-pane=screen]"));
    this.picture = /** @type {HTMLVideoElement} */ (slot(element, "screen"));
    this.button = /** @type {HTMLElement} */ (element.querySelector(".tool[data-act=screen]"));
    /** @type {MediaStreamTrack | null} ours */
    this.track = null;
    /** @type {MediaStream | null} theirs */
    this.stream = null;
    this.isAsking = false;
    /** @type {(() => void)[]} */
    this.stops = [];
    this.onClick = this.onClick.bind(this);
  }

  start() {
    this.stops = [
      this.meeting.on("changed", () => this.draw()),
      this.meeting.on("screen", (stream) => this.play(stream)),
      this.meeting.on("stop_screen", () => this.end()),
    ];
    this.element.addEventListener("click", this.onClick);
    // Phones have no such thing.
    this.button.hidden = !this.media || !("getDisplayMedia" in this.media);
    this.draw();
  }

  stop() {
    for (const stop of this.stops) stop();
    this.element.removeEventListener("click", this.onClick);
    this.track?.stop();
  }

  get othersIsShown() {
    return Boolean(this.meeting.otherPeer?.screen);
  }

  draw() {
    this.pane.hidden = !this.track && !this.othersIsShown;
    show(this.element, "screen", this.othersIsShown);
    // The other one may be out of reach for a moment: their stream stays, and is shown again with them.
    const wanted = this.othersIsShown ? this.stream : null;
    if (this.picture.srcObject !== wanted) this.picture.srcObject = wanted;
    this.button.setAttribute("aria-pressed", String(Boolean(this.track)));
    const words = this.othersIsShown ? "%(name)s shows their screen." : "%(name)s sees your screen.";
    if (!this.pane.hidden) fill(this.element, "screen-words", say(words, { name: this.otherName }));
  }

  /** @param {MediaStream} stream */
  play(stream) {
    this.stream = stream;
    this.draw();
    void this.picture.play().catch(() => undefined);
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const act = actOf(event);
    if (act === "screen") void (this.track ? this.end() : this.begin());
    if (act === "stop-screen") this.othersIsShown ? this.meeting.tellOther("stop_screen", null) : void this.end();
  }

  async begin() {
    if (this.isAsking) return;
    this.isAsking = true;
    let stream;
    try {
      stream = await this.media?.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    } catch {
      return; // They changed their mind in the browser's own dialogue.
    } finally {
      this.isAsking = false;
    }
    this.track = stream?.getVideoTracks()[0] ?? null;
    this.track?.addEventListener("ended", () => void this.end());
    await this.meeting.useScreen(this.track);
    this.draw();
  }

  async end() {
    this.track?.stop();
    this.track = null;
    await this.meeting.useScreen(null);
    this.draw();
  }
}

/** Puts a meeting, its devices and its view together, and answers the buttons. */

import { Devices } from "../meeting/devices.js";
import { Meeting } from "../meeting/meeting.js";
import { Quality } from "../meeting/quality.js";
import { DeviceCheck } from "./device_check.js";
import { fill, isTyping, slot } from "./dom.js";
import { ModeChoice } from "./mode_choice.js";
import { MeetingView } from "./meeting_view.js";
import { Screen } from "./screen.js";
import { SeenPages } from "./seen_pages.js";
import { ShownPages } from "./shown_pages.js";
import { Third } from "./third.js";
import { SmallStage } from "./small_stage.js";
import { Unread } from "./unread.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("../meeting/state.js").Start & {leads: boolean, looks: boolean, first_page: string, third: import("../meeting/state.js").Partner | null}} Live */

const REDRAW_MS = 5000;

export class MeetingRoom {
  /**
   * @param {HTMLElement} element
   * @param {Live} live
   * @param {Connection} connection
   * @param {Storage} storage remembers which of microphone and camera are off
   * @param {string} tab
   */
  constructor(element, live, connection, storage, tab) {
    this.element = element;
    this.connection = connection;
    this.storage = storage;
    /** @type {() => void} what follows the talk is drawn by the server */
    this.whenEnded = () => location.reload();
    this.key = `parvis.meeting.${live.meeting_id}`;
    this.check = new DeviceCheck(
      /** @type {HTMLElement} */ (element.querySelector("[data-part=devices]")),
      new Devices(navigator.mediaDevices),
      () => void this.useHere(),
    );
    this.view = new MeetingView(element, live.other.name, this.check);
    this.meeting = new Meeting(connection, live, tab, this.hearer());
    this.check.found = (trouble) =>
      this.meeting.report(trouble === "none" ? "devices_well" : "devices_failed", trouble === "none" ? "" : trouble);
    this.check.lost = () => this.told();
    this.quality = new Quality(
      () => this.meeting.transport?.connection ?? null,
      (quality) => this.drawQuality(quality),
    );
    this.third = live.third ? new Third(element, live, live.third, connection, tab, () => this.draw()) : null;
    this.modeChoice = new ModeChoice(element, this.meeting, (mode) => this.follow(mode), live.leads);
    /** @type {{start: () => void, stop: () => void}[]} what the two do together beside talking */
    this.together = [
      this.modeChoice,
      new Unread(element, connection, () => this.openChat()),
      new SmallStage(element),
      ...(this.third ? [this.third] : []),
      ...(live.other.is_simulated ? [] : this.lookers(live)),
    ];
    this.recall(live.snapshot.mode);
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** @type {(() => void)[]} */
    this.stops = [];
    this.onClick = this.onClick.bind(this);
    this.onKey = this.onKey.bind(this);
  }

  /** @returns {import("../meeting/news.js").Hearer} */
  hearer() {
    return {
      stream: (stream) => this.view.tile.play(stream),
      changed: () => this.draw(),
      elsewhere: () => this.leaveHere(),
      ended: () => this.whenEnded(),
      refused: () => location.reload(),
    };
  }

  /** @param {Live} live */
  lookers(live) {
    const { leads, looks, other, first_page } = live;
    const others = [{ meeting: this.meeting, name: other.name }, ...(this.third ? [this.third] : [])];
    const screen = new Screen(this.element, others, navigator.mediaDevices);
    if (!looks) return [screen];
    return [
      screen,
      leads ? new SeenPages(this.element, this.meeting, other.name) : new ShownPages(this.element, this.meeting, other.name, first_page),
    ];
  }

  start() {
    this.element.addEventListener("click", this.onClick);
    // Until now a click would have led nowhere.
    /** @type {HTMLButtonElement} */ (this.element.querySelector("[data-act=go-in]")).disabled = false;
    this.element.addEventListener("keydown", this.onKey);
    this.stops = [this.connection.watch((state) => (this.view.serverIsAway = state === "lost"))];
    this.check.start();
    this.meeting.start();
    for (const part of this.together) part.start();
    this.quality.start();
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
    if (this.check.wantsAudio || this.check.wantsVideo) void this.check.open();
    this.draw();
  }

  stop() {
    this.element.removeEventListener("click", this.onClick);
    this.element.removeEventListener("keydown", this.onKey);
    for (const stop of this.stops) stop();
    clearInterval(this.timer);
    this.quality.stop();
    for (const part of this.together) part.stop();
    this.meeting.stop();
    this.check.stop();
  }

  /**
   * Microphone and camera are as they were before a reload; nothing turns on by itself.
   * @param {string} mode
   */
  recall(mode) {
    const kept = JSON.parse(this.storage.getItem(this.key) ?? "null");
    this.check.wantsAudio = kept?.microphone ?? !["chat", "phone"].includes(mode);
    this.check.wantsVideo = kept?.camera ?? mode === "video";
  }

  /**
   * A step down turns off what it does without, on both sides; a step up turns nothing on by itself.
   * @param {"video" | "audio" | "chat" | "phone"} mode
   */
  async follow(mode) {
    const isSilent = mode === "chat" || mode === "phone";
    if (mode !== "video" && this.check.wantsVideo) await this.toggleCamera();
    if (isSilent && this.check.wantsAudio) await this.toggleMicrophone();
    if (mode === "chat" && !isTyping()) this.openChat();
  }

  openChat() {
    /** @type {HTMLElement | null} */ (this.element.querySelector("#tab-chat"))?.click();
    /** @type {HTMLElement | null} */ (this.element.querySelector("#chat-text"))?.focus();
  }

  remember() {
    const kept = { microphone: this.check.wantsAudio, camera: this.check.wantsVideo };
    this.storage.setItem(this.key, JSON.stringify(kept));
  }

  draw() {
    this.view.draw(this.meeting, this.third);
    if (!this.meeting.transport) this.view.drawQuality("connecting");
  }

  /** @param {import("../meeting/quality.js").Judgement} quality */
  drawQuality(quality) {
    const isTalking = this.meeting.iAmIn && this.meeting.otherIsIn;
    const isConnected = this.meeting.transportState === "connected";
    if (isTalking && this.expectsMedia()) this.modeChoice.hear(isConnected ? quality : "lost", performance.now());
    if (!isTalking) this.view.drawQuality(isConnected ? "good" : "connecting");
    else this.view.drawQuality(isConnected && quality === "lost" && !this.expectsMedia() ? "good" : quality);
  }

  expectsMedia() {
    const peer = this.view.tile.peerOf(this.meeting);
    return Boolean(peer?.camera || peer?.microphone);
  }

  async use() {
    const { audio, video } = this.check.devices;
    const talks = [this.meeting, ...(this.third ? [this.third.meeting] : [])];
    await Promise.all(talks.map((talk) => talk.use({ audio, video })));
    await Promise.all(talks.map((talk) => talk.show(Boolean(audio) && this.check.wantsAudio, Boolean(video))));
    this.draw();
  }

  /** Devices that open while the talk goes on elsewhere are not kept. */
  useHere() {
    if (this.meeting.isElsewhere) return this.leaveHere();
    return this.use();
  }

  leaveHere() {
    this.check.devices.close();
    this.draw();
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("button[data-act]");
    const act = /** @type {HTMLElement | null} */ (button)?.dataset.act;
    if (act === "go-in") void this.goIn();
    if (act === "microphone") void this.toggleMicrophone();
    if (act === "camera") void this.toggleCamera();
    if (act === "devices") this.toggleDevices();
    if (act === "full-screen") void this.fullScreen();
    if (act === "take-over") void this.takeOver();
    if (act === "prolong") this.meeting.tell("meeting:prolong").catch(() => location.reload());
  }

  async goIn() {
    const going = Promise.all([this.meeting.goIn(), this.third?.meeting.comeIn()]);
    this.draw();
    // The button that was pressed is gone: the focus goes on to the tools, not back to the top.
    /** @type {HTMLElement | null} */ (this.element.querySelector(".tool"))?.focus();
    await going;
    this.draw();
    this.stepUp();
  }

  /** Whoever shows their face talks by video, whatever was chosen before. */
  stepUp() {
    const isSeen = this.meeting.iAmIn && this.check.wantsVideo && Boolean(this.check.devices.video);
    if (isSeen && this.meeting.mode !== "video") this.modeChoice.step("video");
  }

  /** What was muted in the other tab stays muted here. */
  async takeOver() {
    // This tab may have opened its devices before it heard that the talk is elsewhere.
    this.check.devices.close();
    await this.use();
    const before = await this.meeting.enter(true);
    if (before) {
      this.check.wantsAudio = before.microphone;
      this.check.wantsVideo = before.camera;
      this.remember();
    }
    await this.third?.meeting.enter(true);
    if (this.check.wantsAudio || this.check.wantsVideo) await this.check.open();
    await this.use();
  }

  async toggleMicrophone() {
    this.check.wantsAudio = !this.check.wantsAudio;
    this.remember();
    if (this.check.devices.audio) this.check.devices.audio.enabled = this.check.wantsAudio;
    else if (this.check.wantsAudio) await this.check.open();
    await this.use();
    this.told();
  }

  /** Whatever stands in the way is said where the button is, not only in the settings. */
  told() {
    this.modeChoice.resay();
    const trouble = slot(this.element, "trouble");
    if (trouble && !trouble.hidden && !this.view.devicesOpen) fill(this.element, "stepped", trouble.textContent ?? "");
  }

  /** Off means off: the camera itself is let go, and its light goes out. */
  async toggleCamera() {
    this.check.wantsVideo = !this.check.wantsVideo;
    this.remember();
    if (this.check.wantsVideo) {
      await this.check.open();
    } else {
      this.check.devices.closeVideo();
      this.check.mirror();
      await this.use();
    }
    this.told();
    this.stepUp();
  }

  toggleDevices() {
    const tool = /** @type {HTMLElement} */ (this.element.querySelector(".tool[data-act=devices]"));
    this.view.devicesOpen = !this.view.devicesOpen && this.meeting.iAmIn;
    tool.setAttribute("aria-expanded", String(this.view.devicesOpen));
    this.draw();
    if (!this.view.devicesOpen) return tool.focus();
    slot(this.element, "before")?.scrollIntoView({ block: "nearest" });
    /** @type {HTMLElement | null} */ (this.element.querySelector("#camera"))?.focus();
  }

  /** @param {KeyboardEvent} event Escape closes what lies open over the talk */
  onKey(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (this.view.devicesOpen) this.toggleDevices();
    else this.modeChoice.close();
  }

  async fullScreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await slot(this.element, "stage")?.requestFullscreen();
  }
}

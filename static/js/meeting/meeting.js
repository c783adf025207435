/** A meeting as this browser lives it: entering, the transport of the present generation, who is in. No page. */

import { News } from "./news.js";
import { MEETING_EVENTS, reduce } from "./state.js";
import { Transport } from "./transport.js";

const REPORTED = new Set(["connected", "disconnected", "failed", "devices_well", "devices_failed"]);

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./state.js").Peer} Peer */
/** @typedef {import("./state.js").Start} Start */
/** @typedef {import("./news.js").Hearer} Hearer */

export class Meeting extends News {
  /**
   * @param {Connection} connection
   * @param {Start} start
   * @param {string} tab
   * @param {Hearer} hearer
   */
  constructor(connection, start, tab, hearer) {
    super();
    this.connection = connection;
    this.id = start.meeting_id;
    this.me = start.me;
    this.other = start.other.person_id;
    this.channel = start.other.channel_id;
    this.isRecorded = start.is_recorded;
    this.snapshot = start.snapshot;
    /** What is known here before the server tells it: we have clicked, the other one says so itself. */
    this.known = { iAmIn: false, otherIsIn: false };
    this.tab = tab;
    this.hearer = hearer;
    this.generation = 0;
    /** @type {Transport | null} */
    this.transport = null;
    /** @type {RTCPeerConnectionState} */
    this.transportState = "new";
    /** @type {RTCIceServer[] | null} */
    this.iceServers = null;
    /** @type {Peer[]} */
    this.peers = [];
    /** @type {{generation: number, kind: any, body: any}[]} signals that came before their transport */
    this.early = [];
    /** @type {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} */
    this.tracks = { audio: null, video: null };
    /** @type {MediaStreamTrack | null} */
    this.screen = null;
    this.shown = { microphone: false, camera: false };
    this.isElsewhere = false;
    /** @type {(() => void)[]} */
    this.stops = [];
    this.onNetwork = this.onNetwork.bind(this);
  }

  start() {
    const ours = (/** @type {any} */ payload) => payload?.meeting_id === this.id;
    const between = (/** @type {any} */ payload) => payload?.channel_id === this.channel;
    this.stops = [
      this.connection.watch((state) => state === "connected" && !this.isElsewhere && void this.enter(false)),
      this.connection.on("meeting:peers", (told) => between(told) && this.peersChanged(told)),
      this.connection.on("meeting:signal", (signal) => between(signal) && void this.receive(signal)),
      this.connection.on("meeting:taken_over", (told) => between(told) && this.leaveHere()),
      ...MEETING_EVENTS.map((event) => this.connection.on(event, (told) => ours(told) && this.hear(event, told))),
      this.connection.on("cobrowsing:asked", (told) => ours(told) && this.say("cobrowsing-asked")),
      this.connection.on("cobrowsing:declined", (told) => ours(told) && this.say("cobrowsing-declined")),
    ];
    globalThis.addEventListener("online", this.onNetwork);
  }

  changed() {
    this.hearer.changed();
    this.say("changed");
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
    globalThis.removeEventListener("online", this.onNetwork);
    this.transport?.stop();
    this.transport = null;
  }

  /**
   * @param {boolean} takeOver
   * @returns {Promise<{microphone: boolean, camera: boolean} | null>} what one's other tab did, if it was taken over
   */
  async enter(takeOver) {
    let before = null;
    const held = this.transport ? this.generation : 0;
    try {
      const ack = await this.connection.send("meeting:enter", {
        meeting_id: this.id,
        other_id: this.other,
        tab: this.tab,
        generation: held,
        take_over: takeOver,
      });
      before = ack.before;
      this.isElsewhere = false;
      this.iceServers = ack.ice_servers;
      this.rebuild(ack.generation);
      this.transport?.signallingIsBack();
      // Whatever went between the two while we were away is lost.
      if (this.otherPeer) this.say("other-came");
      await this.show(this.shown.microphone, this.shown.camera);
    } catch (error) {
      if (/** @type {any} */ (error).code === "meeting.elsewhere") this.leaveHere();
      else this.hearer.refused(error instanceof Error ? error.message : "");
    }
    this.changed();
    return before;
  }

  leaveHere() {
    this.isElsewhere = true;
    this.transport?.stop();
    this.transport = null;
    this.hearer.elsewhere();
  }

  /** @param {{generation: number, peers: Peer[]}} told */
  peersChanged(told) {
    const wasHere = Boolean(this.otherPeer);
    this.peers = told.peers;
    this.rebuild(told.generation);
    if (!wasHere && this.otherPeer) {
      this.transport?.signallingIsBack();
      this.say("other-came");
    }
    this.changed();
  }

  get otherPeer() {
    return this.peers.find((peer) => peer.person_id === this.other);
  }

  /**
   * Build the transport of this generation once both are here; one that stands goes on.
   * @param {number} generation
   */
  rebuild(generation) {
    if (this.isElsewhere || !this.iceServers) return;
    if (this.transport && generation === this.generation) return;
    const mine = this.peers.find((peer) => peer.person_id === this.me && peer.tab === this.tab);
    if (!mine || !this.otherPeer) return;
    this.transport?.stop();
    this.generation = generation;
    this.transport = new Transport({
      iceServers: this.iceServers,
      isPolite: mine.is_polite,
      send: (signal) => this.connection.tell("meeting:signal", { channel_id: this.channel, generation, ...signal }),
      onStream: (stream) => this.hearer.stream(stream),
      onState: (state) => {
        this.transportState = state;
        this.report(state);
        if (state === "connected") void this.carry();
        this.changed();
      },
      onOtherIn: () => this.otherWentIn(),
      onScreen: (stream) => this.say("screen", stream),
    });
    this.transport.start();
    void this.carry();
    const early = this.early.filter((signal) => signal.generation === generation);
    this.early = [];
    for (const signal of early) void this.receive(signal);
  }

  /** @param {{generation: number, kind: any, body: any}} signal */
  async receive(signal) {
    if (signal.kind === "cobrowse" || signal.kind === "cobrowse_back" || signal.kind === "stop_screen") {
      this.say(signal.kind, signal.body);
    } else if (this.transport && signal.generation === this.generation) {
      await this.transport.receive({ kind: signal.kind, body: signal.body });
    } else if (signal.generation >= this.generation) {
      this.early.push(signal);
    }
  }

  /** Tracks are sent once both have gone in, and not before. */
  async carry() {
    const both = this.iAmIn && this.otherIsIn;
    await this.transport?.carry(both ? this.tracks : { audio: null, video: null });
    await this.transport?.showScreen(both ? this.screen : null);
  }

  /** @param {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} tracks */
  async use(tracks) {
    this.tracks = tracks;
    await this.carry();
  }

  /**
   * Show the screen beside the picture, or nothing.
   * @param {MediaStreamTrack | null} track
   */
  async useScreen(track) {
    this.screen = track;
    await this.carry();
    await this.show(this.shown.microphone, this.shown.camera);
  }

  /**
   * A signal to the other one's page, by the relay.
   * @param {"cobrowse" | "cobrowse_back" | "stop_screen"} kind
   * @param {any} body
   */
  tellOther(kind, body) {
    this.connection.tell("meeting:signal", { channel_id: this.channel, generation: this.generation, kind, body });
  }

  /**
   * A command about this meeting.
   * @param {string} event
   * @param {object} [payload]
   */
  tell(event, payload = {}) {
    return this.connection.send(event, { meeting_id: this.id, ...payload });
  }

  get iAmIn() {
    return this.known.iAmIn || this.snapshot.went_in.includes(this.me);
  }

  get otherIsIn() {
    return this.known.otherIsIn || this.snapshot.went_in.includes(this.other);
  }

  get mode() {
    return this.snapshot.mode;
  }

  get cobrowsing() {
    return this.snapshot.cobrowsing;
  }

  /**
   * @param {string} event
   * @param {any} told
   */
  hear(event, told) {
    this.snapshot = reduce(this.snapshot, event, told);
    if (event === "meeting:ended") return this.hearer.ended();
    if (event === "meeting:went_out" && told.person_id === this.me) this.known.iAmIn = false;
    if (event === "meeting:went_out" && told.person_id === this.other) this.known.otherIsIn = false;
    if (event === "meeting:went_in" || event === "meeting:went_out") void this.carry();
    if (event === "meeting:mode_changed") this.say("stepped");
    if (event.startsWith("cobrowsing:")) this.say("cobrowsing");
    else this.changed();
  }

  async goIn() {
    // The other one may have ended it in this very moment.
    const going = this.tell("meeting:go_in").catch((error) => this.hearer.refused(error.message));
    await Promise.all([this.comeIn(), going]);
  }

  /** Send sound and picture from now on, as far as the other one has gone in too. */
  async comeIn() {
    this.known.iAmIn = true;
    this.transport?.tellIn();
    this.changed();
    await this.carry();
  }

  /**
   * In an appointment, what the connection did is kept for both: a failure is never held against anybody.
   * @param {string} what
   * @param {string} [detail]
   */
  report(what, detail = "") {
    if (!this.isRecorded || !REPORTED.has(what)) return;
    void this.connection.send("meeting:report", { meeting_id: this.id, what, detail }).catch(() => undefined);
  }

  /**
   * Tell the other one what our microphone and camera do.
   * @param {boolean} microphone
   * @param {boolean} camera
   */
  async show(microphone, camera) {
    this.shown = { microphone, camera };
    if (!this.connection.socket.connected) return;
    const screen = this.screen !== null;
    const shown = { channel_id: this.channel, microphone, camera, screen };
    await this.connection.send("meeting:show", shown).catch(() => undefined);
  }

  /** The other one says so itself, before the server does: our picture need not wait for it. */
  otherWentIn() {
    this.known.otherIsIn = true;
    void this.carry();
    this.changed();
  }

  onNetwork() {
    this.transport?.networkChanged();
  }
}

/** A meeting as this browser lives it: entering, the transport of the present generation, who is in. No page. */

import { Transport } from "./transport.js";

const REPORTED = new Set(["connected", "disconnected", "failed", "devices_well", "devices_failed"]);

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {{person_id: string, tab: string, microphone: boolean, camera: boolean, screen: boolean, is_polite: boolean}} Peer */
/** @typedef {"changed" | "screen" | "stop_screen" | "cobrowse" | "cobrowse_back" | "cobrowsing" | "cobrowsing-asked" | "cobrowsing-declined" | "other-came" | "stepped"} News */
/**
 * @typedef {object} Start what the page was rendered with
 * @property {string} meeting_id
 * @property {string} me
 * @property {string} other_id
 * @property {string} channel_id of the two
 * @property {boolean} iAmIn
 * @property {boolean} otherIsIn
 * @property {string | null} plannedEndAt
 * @property {boolean} isAppointment
 * @property {"video" | "audio" | "chat" | "phone"} mode
 * @property {string} phone
 * @property {{owner_id: string, mayFill: boolean} | null} cobrowsing
 */
/**
 * @typedef {object} Hearer
 * @property {(stream: MediaStream) => void} stream
 * @property {() => void} changed something that is shown has changed
 * @property {() => void} elsewhere the meeting goes on in another tab
 * @property {() => void} ended
 * @property {(message: string) => void} refused
 */

export class Meeting {
  /**
   * @param {Connection} connection
   * @param {Start} start
   * @param {string} tab
   * @param {Hearer} hearer
   */
  constructor(connection, start, tab, hearer) {
    this.connection = connection;
    this.id = start.meeting_id;
    this.me = start.me;
    this.other = start.other_id;
    this.channel = start.channel_id;
    this.iAmIn = start.iAmIn;
    this.otherIsIn = start.otherIsIn;
    this.plannedEndAt = start.plannedEndAt;
    this.isAppointment = start.isAppointment;
    this.mode = start.mode;
    this.phone = start.phone;
    /** Whose page is looked at together. */
    this.cobrowsing = start.cobrowsing;
    /** @type {Map<News, Set<(value: any) => void>>} */
    this.hearers = new Map();
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
      this.connection.on("meeting:went_in", (payload) => ours(payload) && this.wentIn(payload)),
      this.connection.on("meeting:went_out", (payload) => ours(payload) && this.wentOut(payload)),
      this.connection.on("meeting:prolonged", (payload) => ours(payload) && this.prolonged(payload)),
      this.connection.on("meeting:ended", (payload) => ours(payload) && this.hearer.ended()),
      this.connection.on("meeting:mode_changed", (payload) => ours(payload) && this.stepped(payload)),
      this.connection.on("cobrowsing:asked", (told) => ours(told) && this.say("cobrowsing-asked")),
      this.connection.on("cobrowsing:declined", (told) => ours(told) && this.say("cobrowsing-declined")),
      this.connection.on("cobrowsing:began", (payload) => ours(payload) && this.look({ owner_id: payload.owner_id, mayFill: false })),
      this.connection.on("cobrowsing:allowed", (payload) => ours(payload) && this.allowed(payload.may_fill)),
      this.connection.on("cobrowsing:ended", (payload) => ours(payload) && this.look(null)),
    ];
    globalThis.addEventListener("online", this.onNetwork);
  }

  /**
   * Hear of something new; returns how to stop hearing of it.
   * @param {News} news
   * @param {(value: any) => void} hearer
   */
  on(news, hearer) {
    const hearers = this.hearers.get(news) ?? new Set();
    this.hearers.set(news, hearers.add(hearer));
    return () => void hearers.delete(hearer);
  }

  /**
   * @param {News} news
   * @param {any} [value]
   */
  say(news, value) {
    for (const hearer of this.hearers.get(news) ?? []) hearer(value);
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

  /** @param {{owner_id: string, mayFill: boolean} | null} cobrowsing */
  look(cobrowsing) {
    this.cobrowsing = cobrowsing;
    this.say("cobrowsing");
  }

  /** @param {boolean} mayFill */
  allowed(mayFill) {
    if (this.cobrowsing) this.look({ ...this.cobrowsing, mayFill });
  }

  /** @param {{mode: "video" | "audio" | "chat" | "phone", phone: string}} payload */
  stepped(payload) {
    this.mode = payload.mode;
    this.phone = payload.phone || this.phone;
    this.say("stepped");
    this.changed();
  }

  async goIn() {
    await Promise.all([this.comeIn(), this.connection.send("meeting:go_in", { meeting_id: this.id })]);
  }

  /** Send sound and picture from now on, as far as the other one has gone in too. */
  async comeIn() {
    this.iAmIn = true;
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
    if (!this.isAppointment || !REPORTED.has(what)) return;
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

  /** @param {{person_id: string, planned_end_at: string | null}} payload */
  wentIn(payload) {
    if (payload.person_id === this.other) this.otherIsIn = true;
    if (payload.person_id === this.me) this.iAmIn = true;
    this.plannedEndAt = payload.planned_end_at ?? this.plannedEndAt;
    void this.carry();
    this.changed();
  }

  /** @param {{person_id: string}} payload a guest has gone, and may come back */
  wentOut(payload) {
    if (payload.person_id === this.other) this.otherIsIn = false;
    if (payload.person_id === this.me) this.iAmIn = false;
    void this.carry();
    this.changed();
  }

  /** The other one says so itself, before the server does: our picture need not wait for it. */
  otherWentIn() {
    this.otherIsIn = true;
    void this.carry();
    this.changed();
  }

  /** @param {{planned_end_at: string}} payload */
  prolonged(payload) {
    this.plannedEndAt = payload.planned_end_at;
    this.changed();
  }

  onNetwork() {
    this.transport?.networkChanged();
  }
}

/**
 * The way between two peers: connected while both get ready, carrying tracks once both have gone in.
 *
 * Empty senders are negotiated first; going in only puts tracks into them, which needs no new negotiation.
 */

import { Negotiation } from "./negotiation.js";

/** @typedef {import("./negotiation.js").Signal} Signal */

const MEND_AFTER_MS = 2500;
const RENEW_AT_MOST_EVERY_MS = 1500;
/**
 * The browser does not know the bandwidth at the start: it throws away the first full pictures until one is small
 * enough. So the first ones are small, and come at once.
 */
const SMALL_AT_FIRST = 2;
const GROW_AFTER_MS = 1000;

export class Transport {
  /**
   * @param {object} options
   * @param {RTCIceServer[]} options.iceServers
   * @param {boolean} options.isPolite
   * @param {(signal: Signal) => void} options.send
   * @param {(stream: MediaStream) => void} options.onStream the other one's picture and sound
   * @param {(state: RTCPeerConnectionState) => void} options.onState
   * @param {() => void} options.onOtherIn the other one has gone in, told without the server between
   * @param {(stream: MediaStream) => void} options.onScreen the other one's screen
   */
  constructor({ iceServers, isPolite, send, onStream, onState, onOtherIn, onScreen }) {
    this.connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.negotiation = new Negotiation(this.connection, isPolite, send);
    this.isPolite = isPolite;
    this.send = send;
    this.renewedAt = -Infinity;
    this.onState = onState;
    this.onOtherIn = onOtherIn;
    /** @type {RTCDataChannel | null} */
    this.channel = null;
    this.stream = new MediaStream();
    /** @type {Map<string, MediaStreamTrack | null>} what is to be sent, by kind */
    this.outgoing = new Map([["audio", null], ["video", null]]);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.mending = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.growing = undefined;
    /** @type {RTCRtpTransceiver | null} ours, once we have shown a screen */
    this.screen = null;
    this.connection.addEventListener("track", (event) => {
      if (!this.pictures.includes(event.transceiver)) return onScreen(new MediaStream([event.track]));
      this.stream.addTrack(event.track);
      onStream(this.stream);
      void this.fill();
    });
    this.connection.addEventListener("datachannel", (event) => this.listen(event.channel));
    this.connection.addEventListener("connectionstatechange", () => this.stateChanged());
  }

  start() {
    this.negotiation.start();
    // One side makes the senders, the other finds them in its offer: no collision at the start.
    if (this.isPolite) return;
    this.listen(this.connection.createDataChannel("doors"));
    for (const kind of this.outgoing.keys()) this.connection.addTransceiver(kind);
  }

  stop() {
    clearTimeout(this.mending);
    clearTimeout(this.growing);
    this.negotiation.stop();
    this.connection.close();
  }

  /** @param {RTCDataChannel} channel */
  listen(channel) {
    this.channel = channel;
    channel.addEventListener("message", (event) => event.data === "in" && this.onOtherIn());
  }

  /** Tell the other one that we go in, by the shortest way; the server tells it too. */
  tellIn() {
    if (this.channel?.readyState === "open") this.channel.send("in");
  }

  /** @param {Signal} signal */
  async receive(signal) {
    if (signal.kind === "restart") return this.findPath();
    await this.negotiation.receive(signal);
    if (signal.kind === "description") await this.fill();
  }

  /**
   * Send these tracks from now on; null sends nothing of that kind.
   * @param {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} tracks
   */
  async carry(tracks) {
    this.outgoing.set("audio", tracks.audio);
    this.outgoing.set("video", tracks.video);
    await this.fill();
  }

  /** Sound and picture come first in every session; whatever follows them is a screen. */
  get pictures() {
    return this.connection.getTransceivers().slice(0, this.outgoing.size);
  }

  async fill() {
    await Promise.all(this.pictures.map((transceiver) => this.fillOne(transceiver)));
  }

  /**
   * Show a screen in a stream of its own, or no longer. It is negotiated when it is first wanted.
   * @param {MediaStreamTrack | null} track
   */
  async showScreen(track) {
    if (this.connection.connectionState !== "connected" || (!this.screen && !track)) return;
    if (!this.screen) {
      this.screen = this.connection.addTransceiver(/** @type {MediaStreamTrack} */ (track), { direction: "sendonly" });
      return;
    }
    if (this.screen.sender.track === track) return;
    await this.screen.sender.replaceTrack(track);
    this.screen.direction = track ? "sendonly" : "inactive";
  }

  /** @param {RTCRtpTransceiver} transceiver */
  async fillOne(transceiver) {
    const kind = transceiver.receiver.track.kind;
    if (transceiver.direction === "recvonly") transceiver.direction = "sendrecv";
    const track = this.outgoing.get(kind) ?? null;
    if (transceiver.sender.track === track) return;
    await transceiver.sender.replaceTrack(track);
    if (kind !== "video" || !track) return;
    clearTimeout(this.growing);
    this.growing = setTimeout(() => void scale(transceiver.sender, 1), GROW_AFTER_MS);
  }

  /** Before anything is sent, so that it costs nothing when it is. */
  async startSmall() {
    for (const { sender, receiver } of this.pictures) {
      if (receiver.track.kind === "video" && !sender.track) await scale(sender, SMALL_AT_FIRST);
    }
  }

  stateChanged() {
    const state = this.connection.connectionState;
    clearTimeout(this.mending);
    if (state === "connected") void this.startSmall();
    if (state === "failed") this.mend();
    if (state === "disconnected") this.mending = setTimeout(() => this.mend(), MEND_AFTER_MS);
    this.onState(state);
  }

  /** Look for a new path between the same peers. */
  mend() {
    if (this.connection.connectionState === "connected") return;
    this.findPath();
    this.mending = setTimeout(() => this.mend(), 2 * MEND_AFTER_MS);
  }

  /** Signalling is back, here or on the other side: one of the two looks for a path at once, the other one reminds. */
  signallingIsBack() {
    const state = this.connection.connectionState;
    if (state === "disconnected" || state === "failed") this.findPath();
    else if (state !== "connected") this.negotiation.remind();
  }

  /** Look for a new path between the same peers. Only one side makes the offer, the other one asks for it: docs/adr/0010. */
  findPath() {
    if (this.isPolite) return this.send({ kind: "restart", body: null });
    if (performance.now() - this.renewedAt < RENEW_AT_MOST_EVERY_MS) return;
    this.renewedAt = performance.now();
    void this.negotiation.renew();
  }

  /** The path may have changed with the network: do not wait for ICE to notice. */
  networkChanged() {
    if (this.connection.connectionState !== "new") this.findPath();
  }
}

/**
 * Send a picture that many times smaller than the camera's.
 * @param {RTCRtpSender} sender
 * @param {number} times
 */
async function scale(sender, times) {
  const parameters = sender.getParameters();
  const encoding = parameters.encodings?.[0];
  if (!encoding) return;
  encoding.scaleResolutionDownBy = times;
  // A sender that has been stopped meanwhile refuses; there is nothing left to scale.
  await sender.setParameters(parameters).catch(() => undefined);
}

/**
 * The way between two peers: connected while both get ready, carrying tracks once both have gone in.
 *
 * Empty senders are negotiated first; going in only puts tracks into them, which needs no new negotiation.
 */

import { Negotiation } from "./negotiation.js";

/** @typedef {import("./negotiation.js").Signal} Signal */

const MEND_AFTER_MS = 2500;

export class Transport {
  /**
   * @param {object} options
   * @param {RTCIceServer[]} options.iceServers
   * @param {boolean} options.isPolite
   * @param {(signal: Signal) => void} options.send
   * @param {(stream: MediaStream) => void} options.onStream the other one's picture and sound
   * @param {(state: RTCPeerConnectionState) => void} options.onState
   */
  constructor({ iceServers, isPolite, send, onStream, onState }) {
    this.connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.negotiation = new Negotiation(this.connection, isPolite, send);
    this.isPolite = isPolite;
    this.onState = onState;
    this.stream = new MediaStream();
    /** @type {Map<string, MediaStreamTrack | null>} what is to be sent, by kind */
    this.outgoing = new Map([["audio", null], ["video", null]]);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.mending = undefined;
    this.connection.addEventListener("track", (event) => {
      this.stream.addTrack(event.track);
      onStream(this.stream);
      void this.fill();
    });
    this.connection.addEventListener("connectionstatechange", () => this.stateChanged());
  }

  start() {
    this.negotiation.start();
    // One side makes the senders, the other finds them in its offer: no collision at the start.
    if (!this.isPolite) for (const kind of this.outgoing.keys()) this.connection.addTransceiver(kind);
  }

  stop() {
    clearTimeout(this.mending);
    this.negotiation.stop();
    this.connection.close();
  }

  /** @param {Signal} signal */
  async receive(signal) {
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

  async fill() {
    for (const transceiver of this.connection.getTransceivers()) {
      const kind = transceiver.receiver.track.kind;
      if (transceiver.direction === "recvonly") transceiver.direction = "sendrecv";
      const track = this.outgoing.get(kind) ?? null;
      if (transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
    }
  }

  stateChanged() {
    const state = this.connection.connectionState;
    clearTimeout(this.mending);
    if (state === "failed") this.mend();
    if (state === "disconnected") this.mending = setTimeout(() => this.mend(), MEND_AFTER_MS);
    this.onState(state);
  }

  /** Look for a new path between the same peers. */
  mend() {
    if (this.connection.connectionState === "connected") return;
    this.connection.restartIce();
    this.mending = setTimeout(() => this.mend(), 2 * MEND_AFTER_MS);
  }

  /** The path may have changed with the network: do not wait for ICE to notice. */
  networkChanged() {
    if (this.connection.connectionState !== "new") this.connection.restartIce();
  }
}

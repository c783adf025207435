/**
 * Perfect negotiation (W3C WebRTC 1.0, section 10.7): one of two peers is polite and gives way in a collision.
 *
 * It sends through an injected function and touches no page, so that glare can be forced in a test.
 */

/**
 * @typedef {{kind: "description" | "ice_candidate" | "restart", body: any}} Signal
 */

export class Negotiation {
  /**
   * @param {RTCPeerConnection} transport
   * @param {boolean} isPolite
   * @param {(signal: Signal) => void} send
   */
  constructor(transport, isPolite, send) {
    this.transport = transport;
    this.isPolite = isPolite;
    this.send = send;
    this.isMakingOffer = false;
    this.ignoresOffer = false;
    this.isSettingAnswer = false;
    /** @type {Promise<void>} signals are taken one after the other */
    this.queue = Promise.resolve();
    this.onNeeded = this.onNeeded.bind(this);
    this.onIceCandidate = this.onIceCandidate.bind(this);
  }

  start() {
    this.transport.addEventListener("negotiationneeded", this.onNeeded);
    this.transport.addEventListener("icecandidate", this.onIceCandidate);
  }

  stop() {
    this.transport.removeEventListener("negotiationneeded", this.onNeeded);
    this.transport.removeEventListener("icecandidate", this.onIceCandidate);
  }

  async onNeeded() {
    try {
      this.isMakingOffer = true;
      await this.transport.setLocalDescription();
      this.sendDescription();
    } finally {
      this.isMakingOffer = false;
    }
  }

  /** @param {RTCPeerConnectionIceEvent} event */
  onIceCandidate(event) {
    if (event.candidate) this.send({ kind: "ice_candidate", body: event.candidate.toJSON() });
  }

  sendDescription() {
    const description = this.transport.localDescription;
    if (description) this.send({ kind: "description", body: { type: description.type, sdp: description.sdp } });
  }

  /** An offer that nobody answered may have been lost with the connection: send it again, with what was gathered since. */
  remind() {
    if (this.transport.signalingState === "have-local-offer") this.sendDescription();
  }

  /**
   * Begin anew with fresh addresses: what an unanswered offer carries may be of a network that is gone.
   * @returns {Promise<void>}
   */
  renew() {
    this.queue = this.queue.then(async () => {
      if (this.transport.signalingState === "have-local-offer") {
        await this.transport.setLocalDescription({ type: "rollback" });
      }
      this.transport.restartIce();
    });
    const renewed = this.queue;
    this.queue = renewed.catch(() => undefined);
    return renewed;
  }

  /**
   * Take the other peer's signal.
   * @param {Signal} signal
   * @returns {Promise<void>}
   */
  receive(signal) {
    this.queue = this.queue.then(() =>
      signal.kind === "description" ? this.takeDescription(signal.body) : this.takeIceCandidate(signal.body),
    );
    const taken = this.queue;
    this.queue = taken.catch(() => undefined);
    return taken;
  }

  /** @param {RTCSessionDescriptionInit} description */
  async takeDescription(description) {
    // The second answer to an offer that was sent twice.
    if (description.type === "answer" && this.transport.signalingState !== "have-local-offer") return;
    const isReady =
      !this.isMakingOffer && (this.transport.signalingState === "stable" || this.isSettingAnswer);
    const collides = description.type === "offer" && !isReady;
    this.ignoresOffer = !this.isPolite && collides;
    if (this.ignoresOffer) return;
    this.isSettingAnswer = description.type === "answer";
    await this.transport.setRemoteDescription(description);
    this.isSettingAnswer = false;
    if (description.type !== "offer") return;
    await this.transport.setLocalDescription();
    this.sendDescription();
  }

  /** @param {RTCIceCandidateInit} ice_candidate */
  async takeIceCandidate(ice_candidate) {
    try {
      await this.transport.addIceCandidate(ice_candidate);
    } catch (error) {
      if (!this.ignoresOffer) throw error;
    }
  }
}

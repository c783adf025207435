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
    /** The last description was not taken: neither are the candidates that follow it. */
    this.ignoresDescription = false;
    this.isSettingAnswer = false;
    /** Our offers are counted, and an answer says which one it is for: a late one is for an offer that was given up. */
    this.turn = 0;
    /** @type {number | undefined} the other one's offer that we answer */
    this.answering = undefined;
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
      this.turn += 1;
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
    if (!description) return;
    const turn = description.type === "offer" ? this.turn : this.answering;
    this.send({ kind: "description", body: { type: description.type, sdp: description.sdp, turn } });
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

  /** @param {RTCSessionDescriptionInit & {turn?: number}} description */
  async takeDescription(description) {
    if (description.type === "answer" && !this.awaits(description)) {
      this.ignoresDescription = true;
      return;
    }
    const isReady =
      !this.isMakingOffer && (this.transport.signalingState === "stable" || this.isSettingAnswer);
    const collides = description.type === "offer" && !isReady;
    this.ignoresDescription = !this.isPolite && collides;
    if (this.ignoresDescription) return;
    this.isSettingAnswer = description.type === "answer";
    await this.transport.setRemoteDescription({ type: description.type, sdp: description.sdp });
    this.isSettingAnswer = false;
    if (description.type !== "offer") return;
    this.answering = description.turn;
    await this.transport.setLocalDescription();
    this.sendDescription();
  }

  /**
   * Whether this answer is for the offer that stands: not the second one to an offer that was sent twice, nor one to
   * an offer that was given up. A peer that does not count (aiortc) never answers twice.
   * @param {{turn?: number}} answer
   */
  awaits(answer) {
    const isOfThis = answer.turn === undefined || answer.turn === this.turn;
    return isOfThis && this.transport.signalingState === "have-local-offer";
  }

  /** @param {RTCIceCandidateInit} ice_candidate */
  async takeIceCandidate(ice_candidate) {
    try {
      await this.transport.addIceCandidate(ice_candidate);
    } catch (error) {
      if (!this.ignoresDescription) throw error;
    }
  }
}

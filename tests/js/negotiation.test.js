import assert from "node:assert/strict";
import { test } from "node:test";

import { Negotiation } from "../../static/js/meeting/negotiation.js";

/** The signalling state machine of RTCPeerConnection (W3C WebRTC 4.3.1), with implicit rollback, and nothing else. */
class FakeTransport extends EventTarget {
  constructor(name) {
    super();
    this.name = name;
    this.signalingState = "stable";
    this.localDescription = null;
    this.remoteDescription = null;
    this.offers = 0;
    this.candidates = [];
  }
  restartIce() {
    this.dispatchEvent(new Event("negotiationneeded"));
  }
  async setLocalDescription(wanted) {
    await Promise.resolve();
    if (wanted?.type === "rollback") {
      this.signalingState = "stable";
      return;
    }
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    if (type === "offer") this.offers += 1;
    this.localDescription = { type, sdp: `${this.name} ${type} ${this.offers}` };
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
  }
  async setRemoteDescription(description) {
    await Promise.resolve();
    if (description.type === "answer" && this.signalingState !== "have-local-offer") throw new Error("unexpected answer");
    this.remoteDescription = description;
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
  }
  async addIceCandidate(candidate) {
    if (!this.remoteDescription) throw new Error("no remote description");
    this.candidates.push(candidate);
  }
}

const settled = async () => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

function pair(politeFirst) {
  const peers = {};
  const wires = { polite: [], impolite: [] };
  for (const name of ["polite", "impolite"]) {
    const transport = new FakeTransport(name);
    const negotiation = new Negotiation(transport, name === "polite", (signal) => wires[name].push(signal));
    negotiation.start();
    peers[name] = { transport, negotiation };
  }
  const deliver = async () => {
    const order = politeFirst ? ["polite", "impolite"] : ["impolite", "polite"];
    while (wires.polite.length + wires.impolite.length > 0) {
      for (const from of order) {
        const signal = wires[from].shift();
        if (signal) await peers[from === "polite" ? "impolite" : "polite"].negotiation.receive(signal);
      }
      await settled();
    }
  };
  return { ...peers, deliver };
}

for (const politeFirst of [true, false]) {
  test(`offers that collide end in one session, ${politeFirst ? "polite" : "impolite"} first`, async () => {
    const { polite, impolite, deliver } = pair(politeFirst);
    polite.transport.dispatchEvent(new Event("negotiationneeded"));
    impolite.transport.dispatchEvent(new Event("negotiationneeded"));
    await settled();
    assert.equal(polite.transport.signalingState, "have-local-offer");
    assert.equal(impolite.transport.signalingState, "have-local-offer");
    await deliver();
    assert.equal(polite.transport.signalingState, "stable");
    assert.equal(impolite.transport.signalingState, "stable");
    assert.equal(polite.transport.remoteDescription.sdp, "impolite offer 1");
    assert.equal(impolite.transport.remoteDescription.sdp, "polite answer 1");
  });
}

test("an offer without collision is answered by either peer", async () => {
  for (const from of ["polite", "impolite"]) {
    const both = pair(true);
    both[from].transport.dispatchEvent(new Event("negotiationneeded"));
    await settled();
    await both.deliver();
    assert.equal(both.polite.transport.signalingState, "stable");
    assert.equal(both.impolite.transport.signalingState, "stable");
  }
});

test("candidates of an offer that was ignored are forgiven, others are not", async () => {
  const { impolite, deliver } = pair(true);
  impolite.transport.dispatchEvent(new Event("negotiationneeded"));
  await settled();
  await impolite.negotiation.receive({ kind: "description", body: { type: "offer", sdp: "late" } });
  assert.equal(impolite.negotiation.ignoresDescription, true);
  await impolite.negotiation.receive({ kind: "ice_candidate", body: { candidate: "x" } });
  await deliver();
  const fresh = new Negotiation(new FakeTransport("polite"), true, () => {});
  await assert.rejects(fresh.receive({ kind: "ice_candidate", body: { candidate: "x" } }));
});

test("what starts, stops: a stopped negotiation sends nothing", async () => {
  const sent = [];
  const transport = new FakeTransport("polite");
  const negotiation = new Negotiation(transport, true, (signal) => sent.push(signal));
  negotiation.start();
  negotiation.stop();
  transport.dispatchEvent(new Event("negotiationneeded"));
  await settled();
  assert.deepEqual(sent, []);
});

test("an offer lost on the way is sent again when somebody reminds, and a second answer is ignored", async () => {
  const { polite, impolite, deliver } = pair(true);
  const lost = [];
  const send = impolite.negotiation.send;
  impolite.negotiation.send = (signal) => lost.push(signal);
  impolite.transport.dispatchEvent(new Event("negotiationneeded"));
  await settled();
  assert.equal(lost.length, 1);
  impolite.negotiation.send = send;
  impolite.negotiation.remind();
  impolite.negotiation.remind();
  await deliver();
  assert.equal(impolite.transport.signalingState, "stable");
  assert.equal(polite.transport.signalingState, "stable");
  impolite.negotiation.remind();
  await deliver();
  assert.equal(impolite.transport.offers, 1);
});

test("a renewed negotiation gives the unanswered offer up and makes a fresh one", async () => {
  const { polite, impolite, deliver } = pair(true);
  const send = impolite.negotiation.send;
  impolite.negotiation.send = () => {};
  impolite.transport.dispatchEvent(new Event("negotiationneeded"));
  await settled();
  impolite.negotiation.send = send;
  await impolite.negotiation.renew();
  await settled();
  await deliver();
  assert.equal(polite.transport.remoteDescription.sdp, "impolite offer 2");
  assert.equal(impolite.transport.signalingState, "stable");
});

test("an answer to an offer that was given up is ignored", async () => {
  const { impolite } = pair(true);
  impolite.transport.dispatchEvent(new Event("negotiationneeded"));
  await settled();
  await impolite.negotiation.renew();
  await settled();
  await impolite.negotiation.receive({ kind: "description", body: { type: "answer", sdp: "late", turn: 1 } });
  await impolite.negotiation.receive({ kind: "ice_candidate", body: { candidate: "of the late answer" } });
  assert.deepEqual(impolite.transport.candidates, []);
  assert.equal(impolite.transport.signalingState, "have-local-offer");
  await impolite.negotiation.receive({ kind: "description", body: { type: "answer", sdp: "right", turn: 2 } });
  assert.equal(impolite.transport.signalingState, "stable");
  assert.equal(impolite.transport.remoteDescription.sdp, "right");
});

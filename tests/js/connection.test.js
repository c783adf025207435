import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Connection, Refusal } from "../../static/js/live/connection.js";

/** A socket whose server side is a function, and which can be cut. */
class FakeSocket {
  constructor(answer) {
    this.answer = answer;
    this.connected = false;
    this.handlers = new Map();
    this.any = [];
    this.sent = [];
  }
  on(event, listener) {
    this.handlers.set(event, listener);
  }
  onAny(listener) {
    this.any.push(listener);
  }
  emit(event, payload) {
    this.sent.push([event, payload]);
  }
  timeout() {
    return {
      emitWithAck: async (event, payload) => {
        this.sent.push([event, payload]);
        return this.answer(event, payload);
      },
    };
  }
  connect() {
    this.connected = true;
    this.handlers.get("connect")?.();
  }
  disconnect() {
    this.connected = false;
    this.handlers.get("disconnect")?.();
  }
  tell(event, payload) {
    for (const listener of this.any) listener(event, payload);
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const caught = (last, events = [], snapshot = null) => ({ stream: "s", epoch: "e", last, events, snapshot });
const follow = (ack) => (event) => (event === "stream:follow" ? { ok: true, now: new Date().toISOString(), streams: [ack()] } : { ok: true });

test("it follows from the last number seen, and again after a cut", async () => {
  let last = 2;
  const socket = new FakeSocket(follow(() => caught(last, last > 2 ? [{ event: "x:y", stream: "s", number: 3, at: "" }] : [])));
  const connection = new Connection(socket, [{ stream: "s", epoch: "e", after: 2 }]);
  const heard = [];
  const states = [];
  connection.on("x:y", (payload) => heard.push(payload.number));
  connection.watch((state) => states.push(state));
  connection.start();
  socket.connect();
  await settled();
  socket.disconnect();
  last = 3;
  socket.connect();
  await settled();
  assert.deepEqual(heard, [3]);
  assert.deepEqual(states, ["lost", "catching-up", "connected", "lost", "catching-up", "connected"]);
});

test("a command whose acknowledgement was lost is sent again; a refusal is not", async () => {
  let tries = 0;
  const socket = new FakeSocket(() => {
    tries += 1;
    if (tries === 1) throw new Error("timed out");
    return tries === 2 ? { ok: true, message: "m" } : { ok: false, error: { code: "chat.silenced", message: "Pause" } };
  });
  const connection = new Connection(socket, []);
  connection.start();
  socket.connect();
  assert.equal((await connection.send("chat:send", {})).message, "m");
  await assert.rejects(connection.send("chat:send", {}), (error) => error instanceof Refusal && error.code === "chat.silenced");
  assert.equal(tries, 3);
});

test("a command given while there is no connection waits for it", async () => {
  const socket = new FakeSocket(() => ({ ok: true }));
  const connection = new Connection(socket, []);
  connection.start();
  const sending = connection.send("line:leave", { place: "p" });
  await settled();
  assert.equal(socket.sent.length, 0);
  socket.connect();
  await sending;
  assert.deepEqual(socket.sent.map(([event]) => event), ["line:leave"]);
});

test("a missing payload is asked for, and a snapshot asks for a fresh page", async () => {
  let snapshot = null;
  const socket = new FakeSocket(follow(() => caught(5, [], snapshot)));
  const connection = new Connection(socket, [{ stream: "s", epoch: "e", after: 2 }]);
  let fresh = 0;
  connection.onSnapshot = () => (fresh += 1);
  connection.start();
  socket.connect();
  await settled();
  snapshot = {};
  mock.timers.enable({ apis: ["setTimeout"] });
  socket.tell("x:y", { stream: "s", number: 5, at: "" });
  socket.tell("x:y", { stream: "s", number: 6, at: "" });
  mock.timers.tick(800);
  mock.timers.reset();
  await settled();
  assert.equal(socket.sent.filter(([event]) => event === "stream:follow").length, 2);
  assert.equal(fresh, 1);
});

test("what hears can stop hearing", () => {
  const connection = new Connection(new FakeSocket(() => ({})), []);
  let heard = 0;
  const stop = connection.on("x", () => (heard += 1));
  connection.deliver("x", {});
  stop();
  connection.deliver("x", {});
  assert.equal(heard, 1);
});

test("whoever was refused asks again later", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const socket = new FakeSocket(() => ({ ok: true }));
  const connection = new Connection(socket, []);
  connection.start();
  socket.active = true;
  socket.handlers.get("connect_error")();
  mock.timers.tick(60_000);
  assert.equal(socket.connected, false, "a network that fails is the socket's own to try again");
  socket.active = false;
  socket.handlers.get("connect_error")();
  assert.equal(connection.state, "lost");
  mock.timers.tick(45_000);
  assert.equal(socket.connected, true);
  mock.timers.reset();
});

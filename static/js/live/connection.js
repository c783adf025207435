/** The live connection: follows streams, sends commands until they are acknowledged, tells its state. No DOM. */

import { Streams } from "./streams.js";

/** @typedef {import("./streams.js").Head} Head */
/** @typedef {import("./streams.js").StreamEvent} StreamEvent */
/** @typedef {"connected" | "catching-up" | "lost" | "signed-out"} State */
/** @typedef {{ok: true} & Record<string, any>} Ack */

const ACK_WITHIN_MS = 8000;
const TRIES = 5;
const AFTER_REFUSAL_MS = 30_000;
const ASKS_AFTER_MS = 500;

/** A command was refused; `message` is in the person's language. */
export class Refusal extends Error {
  /** @param {{code: string, message: string, field?: string}} error */
  constructor(error) {
    super(error.message);
    this.code = error.code;
    this.field = error.field;
  }
}

/**
 * @typedef {object} Socket the part of Socket.IO's client that is used here
 * @property {boolean} connected
 * @property {boolean} active whether it tries again by itself
 * @property {(event: string, listener: (...args: any[]) => void) => unknown} on
 * @property {(listener: (...args: any[]) => void) => unknown} onAny
 * @property {(event: string, ...args: any[]) => unknown} emit
 * @property {(ms: number) => {emitWithAck: (event: string, ...args: any[]) => Promise<any>}} timeout
 * @property {() => unknown} connect
 * @property {() => unknown} disconnect
 */

export class Connection {
  /**
   * @param {Socket} socket
   * @param {Head[]} heads
   */
  constructor(socket, heads) {
    this.socket = socket;
    this.streams = new Streams(heads);
    /** @type {Map<string, Set<(payload: any) => void>>} */
    this.listeners = new Map();
    /** @type {Set<(state: State) => void>} */
    this.watchers = new Set();
    /** @type {State} */
    this.state = "lost";
    /** @type {() => void} called when only a fresh page can show how things stand */
    this.onSnapshot = () => {};
    /** @type {Promise<void> | null} */
    this.catching = null;
    /** @type {Set<() => void>} what waits for the connection to come back */
    this.waiting = new Set();
    this.wasConnected = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.again = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.asking = undefined;
    /** @type {number} the server's clock minus ours, in milliseconds */
    this.offset = 0;
  }

  /** The server's time, in milliseconds since 1970: a phone's own clock may be wrong. */
  now() {
    return Date.now() + this.offset;
  }

  start() {
    this.socket.on("connect", () => void this.catchUp());
    // Only whose session has ended is sent away by the server; everybody else is waited for.
    this.socket.on("disconnect", (reason) => this.become(reason === "io server disconnect" ? "signed-out" : "lost"));
    this.socket.on("connect_error", () => this.onError());
    this.socket.onAny((event, payload) => this.receive(event, payload));
    if (this.socket.connected) void this.catchUp();
  }

  /** A network that fails is tried again by the socket; a server that has no room now, by us. */
  onError() {
    this.become("lost");
    if (!this.socket.active) this.again = setTimeout(() => this.socket.connect(), AFTER_REFUSAL_MS * (0.5 + Math.random()));
  }

  stop() {
    clearTimeout(this.again);
    clearTimeout(this.asking);
    this.socket.disconnect();
    this.listeners.clear();
    this.watchers.clear();
  }

  /**
   * Hear what the server sends: events of a stream in order and once, states as they come.
   * @param {string} event
   * @param {(payload: any) => void} listener
   * @returns {() => void} stops hearing
   */
  on(event, listener) {
    const found = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, found.add(listener));
    return () => void found.delete(listener);
  }

  /**
   * @param {(state: State) => void} watcher
   * @returns {() => void}
   */
  watch(watcher) {
    this.watchers.add(watcher);
    watcher(this.state);
    return () => void this.watchers.delete(watcher);
  }

  /**
   * Send a command and wait for its acknowledgement; sent again when none comes, so it must be idempotent.
   * @param {string} event
   * @param {object} payload
   * @param {number} most how often it is sent
   * @returns {Promise<Ack>}
   */
  async send(event, payload, most = TRIES) {
    for (let tries = 1; ; tries += 1) {
      await this.connected();
      try {
        const ack = await this.socket.timeout(ACK_WITHIN_MS).emitWithAck(event, payload);
        if (ack?.ok) return ack;
        throw new Refusal(ack?.error ?? { code: "no_answer", message: "" });
      } catch (error) {
        if (error instanceof Refusal || tries === most) throw error;
      }
    }
  }

  /**
   * Send without waiting for an acknowledgement: only for signals between peers.
   * @param {string} event
   * @param {object} payload
   */
  tell(event, payload) {
    if (this.socket.connected) this.socket.emit(event, payload);
  }

  /** @returns {Promise<void>} */
  connected() {
    if (this.socket.connected) return Promise.resolve();
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  /** Ask for everything missed. Several requests at once become one. */
  catchUp() {
    this.catching ??= this.askForMissed().finally(() => (this.catching = null));
    return this.catching;
  }

  async askForMissed() {
    const wanted = this.streams.wanted();
    if (wanted.length > 0) {
      this.become("catching-up");
      try {
        const ack = await this.socket.timeout(ACK_WITHIN_MS).emitWithAck("stream:follow", { streams: wanted, again: this.wasConnected });
        if (ack?.ok) this.offset = new Date(ack.now).getTime() - Date.now();
        if (ack?.ok) for (const caught of ack.streams) this.applyCaught(caught);
      } catch {
        setTimeout(() => this.socket.connected && void this.catchUp(), 1000);
        return;
      }
    }
    this.wasConnected = true;
    this.become("connected");
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  /** @param {import("./streams.js").Caught} caught */
  applyCaught(caught) {
    const { ready, snapshot } = this.streams.catchUp(caught);
    for (const { event, payload } of ready) this.deliver(event, payload);
    if (snapshot) this.onSnapshot();
  }

  /**
   * @param {string} event
   * @param {any} payload
   */
  receive(event, payload) {
    if (payload?.stream === undefined) return this.deliver(event, payload);
    for (const ready of this.streams.take(event, payload)) this.deliver(ready.event, ready.payload);
    if (this.streams.hasGap()) this.askSoon();
  }

  /** What is missing may be on its way still; and where thousands miss the same, not all ask at the same moment. */
  askSoon() {
    this.asking ??= setTimeout(() => {
      this.asking = undefined;
      if (this.socket.connected && this.streams.hasGap()) void this.catchUp();
    }, ASKS_AFTER_MS * (0.5 + Math.random()));
  }

  /**
   * @param {string} event
   * @param {any} payload
   */
  deliver(event, payload) {
    for (const listener of this.listeners.get(event) ?? []) listener(payload);
  }

  /** @param {State} state */
  become(state) {
    if (state === this.state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher(state);
  }
}

import assert from "node:assert/strict";
import { test } from "node:test";

import { Streams } from "../../static/js/live/streams.js";

const head = { stream: "line:1", epoch: "e", after: 3 };
const payload = (number) => ({ stream: "line:1", number, at: "2026-11-24T09:00:00Z" });
const numbers = (ready) => ready.map((each) => each.payload.number);

test("events are delivered once and in order, whatever order they come in", () => {
  const streams = new Streams([head]);
  assert.deepEqual(numbers(streams.take("x", payload(5))), []);
  assert.equal(streams.hasGap(), true);
  assert.deepEqual(numbers(streams.take("x", payload(4))), [4, 5]);
  assert.deepEqual(numbers(streams.take("x", payload(5))), []);
  assert.equal(streams.hasGap(), false);
  assert.deepEqual(streams.wanted(), [{ stream: "line:1", epoch: "e", after: 5 }]);
});

test("a payload that was on the page already is not shown again", () => {
  assert.deepEqual(numbers(new Streams([head]).take("x", payload(3))), []);
});

test("what was missed fills the gap, and what came early follows", () => {
  const streams = new Streams([head]);
  streams.take("x", payload(6));
  const caught = { stream: "line:1", epoch: "e", last: 6, events: [4, 5, 6].map((n) => ({ event: "x", ...payload(n) })), snapshot: null };
  const { ready, snapshot } = streams.catchUp(caught);
  assert.deepEqual(numbers(ready), [4, 5, 6]);
  assert.equal(snapshot, null);
});

test("a snapshot replaces everything that was held back", () => {
  const streams = new Streams([head]);
  streams.take("x", payload(9));
  const { ready, snapshot } = streams.catchUp({ stream: "line:1", epoch: "new", last: 2, events: [], snapshot: { places: [] } });
  assert.deepEqual(ready, []);
  assert.deepEqual(snapshot, { places: [] });
  assert.deepEqual(streams.wanted(), [{ stream: "line:1", epoch: "new", after: 2 }]);
  assert.equal(streams.hasGap(), false);
});

test("a stream nobody follows is ignored", () => {
  assert.deepEqual(new Streams([]).take("x", payload(1)), []);
});

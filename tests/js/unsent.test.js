import assert from "node:assert/strict";
import { test } from "node:test";

import { Unsent } from "../../static/js/live/unsent.js";

/** @returns {Storage} */
function storage() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return /** @type {any} */ ({
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
    get length() {
      return kept.size;
    },
  });
}

const words = (/** @type {string} */ client_id) => ({ client_id, text: `words of ${client_id}`, at: "2026-11-26T09:00:00Z" });

test("what was written is there after a reload, in its order, until it is sent", () => {
  const kept = storage();
  const before = new Unsent(kept, "amina", "conversation:1");
  before.keep(words("a"));
  before.keep(words("b"));
  const after = new Unsent(kept, "amina", "conversation:1");
  assert.deepEqual(after.all(), [words("a"), words("b")]);
  after.drop("a");
  assert.deepEqual(after.all(), [words("b")]);
  after.drop("b");
  assert.equal(kept.length, 0);
});

test("nobody sends what somebody else has left in the tab, nor in another conversation", () => {
  const kept = storage();
  new Unsent(kept, "amina", "conversation:1").keep(words("a"));
  assert.deepEqual(new Unsent(kept, "karim", "conversation:1").all(), []);
  assert.deepEqual(new Unsent(kept, "amina", "conversation:2").all(), []);
});

test("a storage that is full keeps nobody from writing", () => {
  const full = storage();
  full.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  new Unsent(full, "amina", "conversation:1").keep(words("a"));
  assert.deepEqual(new Unsent(full, "amina", "conversation:1").all(), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { tabName } from "../../static/js/live/tab.js";

class FakeStorage {
  constructor(kept = {}) {
    this.kept = { ...kept };
  }
  getItem(key) {
    return this.kept[key] ?? null;
  }
  setItem(key, value) {
    this.kept[key] = value;
  }
}

/** Locks as the browser grants them: held while the callback's promise is open. */
class FakeLocks {
  constructor() {
    this.held = new Set();
  }
  async request(name, _options, callback) {
    if (this.held.has(name)) return callback(null);
    this.held.add(name);
    return callback({ name });
  }
}

test("a reload keeps the name", async () => {
  const storage = new FakeStorage();
  const before = await tabName(storage, new FakeLocks());
  assert.equal(await tabName(storage, new FakeLocks()), before);
});

test("a duplicate, whose storage was copied, takes a name of its own and keeps it", async () => {
  const locks = new FakeLocks();
  const first = new FakeStorage();
  const name = await tabName(first, locks);
  const copy = new FakeStorage(first.kept);
  const other = await tabName(copy, locks);
  assert.notEqual(other, name);
  assert.equal(copy.getItem("parvis.tab"), other);
});

test("without locks the name is what the storage says", async () => {
  const storage = new FakeStorage({ "parvis.tab": "t1" });
  assert.equal(await tabName(storage, undefined), "t1");
});

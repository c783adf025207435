import assert from "node:assert/strict";
import { mock, test } from "node:test";

globalThis.window = /** @type {any} */ ({ addEventListener() {}, removeEventListener() {} });
globalThis.FormData = /** @type {any} */ (
  class {
    constructor(form) {
      this.form = form;
    }

    *[Symbol.iterator]() {
      for (const [name, field] of Object.entries(this.form.fields)) yield [name, field.value];
    }
  }
);

const { Notes } = await import("../../static/js/parts/notes.js");

/** A form, and a server that answers when it is told to. */
function setting() {
  const fields = { notes: { value: "" }, version: { value: "0" } };
  const said = { textContent: "" };
  const form = { action: "/n", fields, elements: { namedItem: (name) => fields[name] }, querySelector: () => said, addEventListener() {}, removeEventListener() {} };
  const asked = [];
  globalThis.fetch = (_, { body, keepalive }) =>
    new Promise((resolve, reject) => {
      const settled = () => new Promise((next) => setImmediate(next));
      const fail = () => {
        reject(new Error("no connection"));
        return settled();
      };
      const answer = (status, kept) => {
        resolve({ ok: status === 200, status, headers: { get: () => (typeof kept === "string" ? "text/plain" : "application/json") }, json: async () => kept, text: async () => kept });
        return settled();
      };
      asked.push({ ...Object.fromEntries(body), keepalive, answer, fail });
    });
  return { fields, said, asked, notes: new Notes(form) };
}

function type({ fields, notes }, words) {
  fields.notes.value = words;
  notes.onInput();
}

test("a save waits for the one before and brings its version", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "first");
  mock.timers.tick(800);
  type(page, "first and last words");
  mock.timers.tick(5000);
  assert.equal(page.asked.length, 1, "one in flight");
  await page.asked[0].answer(200, { notes: "first", version: "1" });
  mock.timers.tick(800);
  assert.deepEqual([page.asked[1].notes, page.asked[1].version], ["first and last words", "1"]);
  await page.asked[1].answer(200, { notes: "first and last words", version: "2" });
  mock.timers.tick(9000);
  assert.equal(page.asked.length, 2, "what is kept is not sent again");
  mock.timers.reset();
});

test("whoever leaves in between says what is under way", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "first");
  mock.timers.tick(800);
  type(page, "first and last");
  page.notes.onLeave();
  assert.deepEqual([page.asked[1].notes, page.asked[1].sent], ["first and last", "first"]);
  mock.timers.reset();
});

test("what no page may still send while it goes is left out, the notes never", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  for (const words of ["a".repeat(30_000), "b".repeat(30_000)]) {
    type(page, words);
    mock.timers.tick(800);
    await page.asked.at(-1).fail();
  }
  assert.equal(page.asked[1].keepalive, false, "as long as the page stays there is no limit");
  type(page, "last");
  page.notes.onLeave();
  assert.deepEqual([page.asked[2].notes, page.asked[2].keepalive], ["last", true]);
  assert.equal(page.asked[2].sent, "b".repeat(30_000), "the latest first");
  mock.timers.reset();
});

test("a save that is under way when the page goes is sent once more, so that it outlives the page", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "last words");
  mock.timers.tick(800);
  page.notes.onLeave();
  assert.deepEqual([page.asked[1].notes, page.asked[1].sent, page.asked[1].keepalive], ["last words", "last words", true]);
  mock.timers.reset();
});

test("a conflict that is none of the notes says what it is", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "mine");
  mock.timers.tick(800);
  await page.asked[0].answer(409, "You are signed in as somebody else.");
  assert.equal(page.said.textContent, "You are signed in as somebody else.");
  mock.timers.tick(60_000);
  assert.equal(page.asked.length, 1);
  mock.timers.reset();
});

test("what cannot be kept as it is says why, and is not sent again before it is changed", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "too long");
  mock.timers.tick(800);
  await page.asked[0].answer(422, "At most 4,000 characters.");
  assert.equal(page.said.textContent, "At most 4,000 characters.");
  mock.timers.tick(60_000);
  assert.equal(page.asked.length, 1);
  type(page, "shorter");
  mock.timers.tick(800);
  assert.equal(page.asked[1].notes, "shorter");
  mock.timers.reset();
});

test("another tab's words are replaced only by the button", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "mine");
  mock.timers.tick(800);
  await page.asked[0].answer(409, { notes: "theirs", version: "7" });
  assert.match(page.said.textContent, /theirs/);
  type(page, "mine, longer");
  mock.timers.tick(60_000);
  assert.equal(page.asked.length, 1);
  assert.match(page.said.textContent, /theirs/, "the notice stays");
  page.notes.onSubmit({ preventDefault() {} });
  assert.deepEqual([page.asked[1].notes, page.asked[1].version], ["mine, longer", "7"]);
  mock.timers.reset();
});

test("whoever goes without having chosen keeps both", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "mine");
  mock.timers.tick(800);
  await page.asked[0].answer(409, { notes: "theirs", version: "7" });
  type(page, "mine, longer");
  page.notes.onLeave();
  assert.deepEqual([page.asked[1].notes, page.asked[1].version], ["theirs\n\nmine, longer", "7"]);
  mock.timers.reset();
});

test("where nothing was typed, what another tab has written is shown, and is not written over by the next word", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "one");
  mock.timers.tick(800);
  await page.asked[0].answer(200, { notes: "one", version: "1" });
  page.notes.onSubmit({ preventDefault() {} });
  await page.asked[1].answer(409, { notes: "two", version: "2" });
  assert.equal(page.fields.notes.value, "two");
  assert.match(page.said.textContent, /elsewhere/);
  type(page, "two and more");
  mock.timers.tick(800);
  assert.deepEqual([page.asked[2].notes, page.asked[2].version], ["two and more", "2"]);
  mock.timers.reset();
});

test("what could not be sent is tried again", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "mine");
  mock.timers.tick(800);
  await page.asked[0].answer(500, {});
  mock.timers.tick(3000);
  assert.equal(page.asked[1].notes, "mine");
  mock.timers.reset();
});

test("what was kept and never answered is not held against who goes on writing", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = setting();
  type(page, "first");
  mock.timers.tick(800);
  await page.asked[0].fail();
  type(page, "first and more");
  mock.timers.tick(3000);
  assert.deepEqual([page.asked[1].notes, page.asked[1].sent], ["first and more", "first"]);
  await page.asked[1].answer(200, { notes: "first and more", version: "2" });
  type(page, "and on");
  mock.timers.tick(800);
  assert.equal(page.asked[2].sent, undefined, "once an answer is heard, nothing is unheard");
  mock.timers.reset();
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { learn, ordinal, say, waitText } from "../../static/js/live/words.js";
import { sentence } from "../../static/js/parts/my_places.js";

const page = (words) => ({ getElementById: () => ({ textContent: JSON.stringify(words) }) });
const status = { state: "waiting", position: 2, wait: null, passed_over_until: null, staff: 1, is_paused: false, is_open: true };

test("a sentence is said in the page's language, with its values", () => {
  learn(page({ "%(count)s in line": "%(count)s en attente", "1st": "1er", "%(number)sth": "%(number)se" }));
  assert.equal(say("%(count)s in line", { count: 3 }), "3 en attente");
  assert.equal(ordinal(1), "1er");
  assert.equal(ordinal(12), "12e");
  assert.equal(say("Not known"), "Not known");
});

test("a wait is a range, or not known", () => {
  learn(page({}));
  assert.equal(waitText(null), "wait not known yet");
  assert.equal(waitText({ least: 0, most: 5 }), "under 5 min");
  assert.equal(waitText({ least: 10, most: 15 }), "10 to 15 min");
});

test("a place says what is true of it, the gravest first", () => {
  learn(page({}));
  assert.equal(sentence({ ...status, state: "on_hold" }), "On hold: come back to be called.");
  assert.equal(sentence({ ...status, is_open: false }), "The fair is closed for now. Your place is kept.");
  assert.equal(sentence({ ...status, is_paused: true }), "The booth is on a break. Your place is kept.");
  assert.equal(sentence({ ...status, staff: 0, position: 1 }), "Nobody is at the booth now. Your place is kept.");
  assert.equal(sentence({ ...status, position: 1 }), "You are next. Stay near.");
  assert.equal(sentence(status), "wait not known yet. Your place is kept.");
});

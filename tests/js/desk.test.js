import assert from "node:assert/strict";
import { test } from "node:test";

import { left } from "../../static/js/parts/countdown.js";
import { begun } from "../../static/js/parts/ready_answers.js";

test("what is left is told in minutes and seconds, and never below nothing", () => {
  assert.deepEqual([61_000, 60_000, 9_001, 1, 0, -5000].map(left), ["1:01", "1:00", "0:10", "0:01", "0:00", "0:00"]);
});

test("a ready answer takes the place of another, and stands before what somebody wrote themselves", () => {
  const ready = ["We see you again.\n", "Not this time."];
  assert.equal(begun("", ready[0], ready), ready[0]);
  assert.equal(begun("We see you again.", ready[1], ready), ready[1]);
  assert.equal(begun("Bring your knives.", ready[1], ready), "Not this time.\n\nBring your knives.");
});

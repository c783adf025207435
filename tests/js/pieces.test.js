import assert from "node:assert/strict";
import { test } from "node:test";

import { cut, Gathering, LARGEST } from "../../static/js/cobrowsing/pieces.js";

const long = Array.from({ length: LARGEST * 2 + 7 }, (_, n) => "abcdefghij"[n % 10]).join("");

test("a text is whole again at its last piece", () => {
  for (const text of ["", "short", long]) {
    const gathering = new Gathering();
    const taken = cut(text).map((piece) => gathering.take(piece));
    assert.deepEqual(taken.slice(0, -1).every((each) => each === null), true);
    assert.equal(taken.at(-1), text);
  }
});

test("a text of which a piece is missing is given up, and the next one is whole", () => {
  const gathering = new Gathering();
  const [first, , third] = cut(long);
  assert.equal(gathering.take(first), null);
  assert.equal(gathering.take(third), null);
  const [only] = cut("next");
  assert.equal(gathering.take(only), "next");
});

test("pieces of two texts are never mixed", () => {
  const gathering = new Gathering();
  const one = cut(long);
  const other = cut(long.toUpperCase());
  gathering.take(one[0]);
  assert.equal(gathering.take(other[1]), null);
  for (const piece of other.slice(0, -1)) gathering.take(piece);
  assert.equal(gathering.take(other.at(-1)), long.toUpperCase());
});

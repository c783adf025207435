import assert from "node:assert/strict";
import { test } from "node:test";

import { pieces } from "../../static/js/live/links.js";

const CASES = JSON.parse(await (await import("node:fs/promises")).readFile(new URL("../links.json", import.meta.url), "utf8"));

for (const [text, links] of CASES) {
  test(`links in ${JSON.stringify(text)}`, () => {
    const found = pieces(text);
    assert.equal(found.map((piece) => piece.text).join(""), text, "not a letter is lost");
    assert.deepEqual(found.filter((piece) => piece.path !== null).map((piece) => piece.path), links);
  });
}

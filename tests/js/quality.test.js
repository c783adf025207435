import assert from "node:assert/strict";
import { test } from "node:test";

import { Quality } from "../../static/js/meeting/quality.js";

test("loss and delay make a connection weak, silence makes it lost", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const quality = new Quality(() => null, () => {});
  quality.start();
  assert.equal(quality.judge({ packets: 100, lost: 0, bytes: 1000 }, 0.05), "good");
  assert.equal(quality.judge({ packets: 180, lost: 20, bytes: 2000 }, 0.05), "weak");
  assert.equal(quality.judge({ packets: 280, lost: 20, bytes: 3000 }, 0.7), "weak");
  now = 2900;
  assert.equal(quality.judge({ packets: 280, lost: 20, bytes: 3000 }, 0.05), "good");
  now = 3100;
  assert.equal(quality.judge({ packets: 280, lost: 20, bytes: 3000 }, 0.05), "lost");
  quality.stop();
});

/** What a person meets in these parts of a page, a line for each thing: not what is hidden, and not what is typed. */
(() => {
  const PASSING = "template, script, style, noscript, .seconds, [data-after-call], [data-part=line-sound], [data-until], .flash:not([data-fresh])";
  const TOLD = ["href", "action", "role", "aria-label", "aria-disabled", "aria-pressed", "aria-current", "datetime", "colspan", "name", "placeholder"];

  function words(node) {
    return node.textContent.replace(/\s+/g, " ").trim();
  }

  function written(node, depth, lines) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (words(node)) lines.push(`${" ".repeat(depth)}“${words(node)}”`);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.hidden || node.matches(PASSING)) return;
    if (node.matches("dialog:not([open])")) return;
    if (node.matches("input[type=hidden]")) return;
    const classes = [...node.classList].sort().join(".");
    const told = TOLD.filter((name) => node.hasAttribute(name)).map((name) => `${name}=${node.getAttribute(name)}`);
    lines.push([" ".repeat(depth) + node.localName + (classes && `.${classes}`), ...told].join(" "));
    for (const child of node.childNodes) written(child, depth + 1, lines);
  }

  function drawn(page, parts) {
    const lines = [];
    for (const part of parts) for (const node of page.querySelectorAll(part)) written(node, 0, lines);
    return lines.join("\n");
  }

  globalThis.drawn = (parts) => drawn(document, parts);
  globalThis.drawnFresh = async (parts) => {
    const answer = await fetch(location.href, { headers: { "X-Fresh": "1" } });
    return drawn(new DOMParser().parseFromString(await answer.text(), "text/html"), parts);
  };
})();

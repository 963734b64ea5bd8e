// A missing page names the one whose address is most like the one asked for.
(() => {
  const told = document.querySelector("[data-notes-nearest]");
  const pairs = (text) => {
    const plain = text.toLowerCase().replace(/\.\w+$|[^\p{L}\p{N}]/gu, "");
    return new Set([...plain].slice(1).map((sign, i) => [...plain][i] + sign));
  };
  const last = (path) => {
    const name = path.split("/").filter(Boolean).at(-1) ?? "";
    try {
      return decodeURIComponent(name);
    } catch {
      return name; // not encoded: taken as it is
    }
  };
  const asked = pairs(last(location.pathname));
  let best = null;
  let most = 0.5; // what is less alike is no help
  for (const link of document.querySelectorAll("article li > a")) {
    for (const name of [last(link.pathname), link.textContent]) {
      const own = pairs(name);
      const alike = (2 * [...asked].filter((pair) => own.has(pair)).length) / (asked.size + own.size);
      if (alike > most) [best, most] = [link, alike];
    }
  }
  if (!best) return;
  const link = told.querySelector("a");
  link.href = best.href;
  link.textContent = best.textContent;
  told.hidden = false;
})();

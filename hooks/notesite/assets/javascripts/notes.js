// Every #anchor of the single notes file still lands: the home page forwards it to the page that has it now.
(() => {
  const table = document.getElementById("__notes_anchors");
  // A Map: an anchor named "constructor" must not find what every object has.
  const places = new Map(table ? Object.entries(JSON.parse(table.textContent)) : []);
  const forward = () => {
    let written = location.hash.slice(1);
    try {
      written = decodeURIComponent(written);
    } catch {
      // not an encoded anchor: taken as it is
    }
    const anchor = written.replace(/^user-content-/, "");
    if (!anchor) return;
    // What would have an id of the theme or of the site itself has GitHub's prefix instead.
    const renamed = `user-content-${anchor}`;
    if (document.getElementById(renamed)) {
      if (written !== renamed) location.replace(`#${encodeURIComponent(renamed)}`);
      return;
    }
    if (document.getElementById(anchor) && !anchor.startsWith("__")) return;
    const place = places.get(anchor) ?? places.get(anchor.toLowerCase());
    if (!place) return;
    const [page, hash] = place.split("#");
    location.replace(new URL(page + location.search + "#" + hash, location.href));
  };
  addEventListener("hashchange", forward);
  forward();
})();

// A command is copied without its prompt and its output, a broken one as it works; where that is not known, not at all.
for (const mark of document.querySelectorAll(".notes-mark[data-copy]")) {
  const block = mark.previousElementSibling;
  if (!block) continue;
  const plain = () => {
    for (const button of block.querySelectorAll("[data-clipboard-target]")) {
      if (!mark.dataset.copy) button.remove();
      button.setAttribute("data-clipboard-text", mark.dataset.copy);
      button.removeAttribute("data-clipboard-target");
    }
  };
  plain();
  // The theme adds its buttons when it is ready, which may be later.
  new MutationObserver(plain).observe(block, { childList: true, subtree: true });
}

// Runs before the page is painted, so that it never flashes in the wrong palette.
(() => {
  const root = document.documentElement;
  let stored = null;
  try {
    stored = localStorage.getItem("book-palette");
  } catch {
    // storage is refused: the system's preference is followed
  }
  const dark = stored ? stored === "slate" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.mdColorScheme = dark ? "slate" : "default";
})();

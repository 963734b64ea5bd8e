// The filter of the page of commands.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const input = document.getElementById("__notes_filter");
  if (!input) return;
  const rows = all(".notes-row");
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const parts = [row.closest("section").querySelector("h2"), ...all(".notes-row__what, pre", row)];
      const text = parts.map((part) => part.textContent).join(" ").toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    for (const section of all(".notes-sheet section")) section.hidden = !section.querySelector(".notes-row:not([hidden])");
    const shown = rows.filter((row) => !row.hidden).length;
    document.querySelector(".notes-filter__count").textContent = `${words.length ? `${shown} of ` : ""}${rows.length} commands`;
  };
  input.addEventListener("input", apply);
  apply();
})();

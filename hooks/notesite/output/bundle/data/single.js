(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const main = byId("__book_content");

  // Palette
  const palette = document.querySelector(".book-palette");
  const showPalette = () => palette.setAttribute("aria-pressed", String(root.dataset.mdColorScheme === "slate"));
  palette.hidden = false;
  showPalette();
  palette.addEventListener("click", () => {
    root.dataset.mdColorScheme = root.dataset.mdColorScheme === "slate" ? "default" : "slate";
    showPalette();
    try {
      localStorage.setItem("book-palette", root.dataset.mdColorScheme);
    } catch {
      // kept until the file is closed
    }
  });

  // Contents: closed at first where they would fill the screen; the chapter being read is marked
  const contents = document.querySelector(".book-contents details");
  const narrow = matchMedia("(max-width: 60em)");
  const fit = () => {
    contents.open = !narrow.matches;
  };
  fit();
  narrow.addEventListener("change", fit);
  contents.addEventListener("click", (event) => {
    if (narrow.matches && event.target.closest("a")) contents.open = false;
  });
  const entries = new Map(
    [...document.querySelectorAll("[data-chapter]")].map((entry) => [entry.dataset.chapter, entry]),
  );
  let current = null;
  const watcher = new IntersectionObserver(
    (seen) => {
      const entered = seen.find((entry) => entry.isIntersecting);
      const entry = entered && entries.get(entered.target.id);
      if (!entry || entry === current) return;
      current?.querySelector("a").removeAttribute("aria-current");
      current = entry;
      const link = entry.querySelector("a");
      link.setAttribute("aria-current", "true");
      const box = link.closest(".book-contents");
      if (!narrow.matches) box.scrollTop = entry.offsetTop - box.clientHeight / 3;
    },
    { rootMargin: "-20% 0px -75%" },
  );
  for (const article of main.querySelectorAll("article")) watcher.observe(article);

  // Find: sections ranked, words marked.  Read before the copy buttons add words of their own.
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const sections = [];
  for (const article of main.querySelectorAll("article")) {
    let chapter = "";
    let section = null;
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        if (section && !node.parentElement.closest("style, nav")) section.body += node.data;
      } else if (node.matches("h1, h2, h3, h4, h5, h6, .notes-lead > li[id]")) {
        // A command's label is found like a heading.
        const title = node.textContent.trim();
        chapter ||= title;
        section = { id: node.id || article.id, title, chapter, body: "" };
        sections.push(section);
      }
    }
  }
  for (const section of sections) {
    section.words = { title: plain(section.title), chapter: plain(section.chapter), body: plain(section.body) };
  }

  const count = (text, word) => text.split(word).length - 1;
  const score = ({ title, chapter, body }, query, words) => {
    let sum = title === query ? 100 : title.startsWith(query) ? 50 : 0;
    for (const word of words) {
      const whole = title.split(/[^\p{L}\p{N}]+/u).includes(word);
      const own = (whole ? 20 : title.includes(word) ? 10 : 0) + (chapter.includes(word) ? 4 : 0);
      const inside = Math.min(count(body, word), 5);
      if (!own && !inside) return 0;
      sum += own + inside;
    }
    return sum + (body.includes(query) && words.length > 1 ? 8 : 0);
  };

  const mark = (words) => {
    if (!globalThis.Highlight) return;
    const ranges = [];
    if (words.length) {
      const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node && ranges.length < 2000; node = walker.nextNode()) {
        const text = node.data.toLowerCase();
        if (text.length !== node.data.length) continue;
        for (const word of words) {
          for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
            const range = new Range();
            range.setStart(node, at);
            range.setEnd(node, at + word.length);
            ranges.push(range);
          }
        }
      }
    }
    CSS.highlights.set("book-found", new Highlight(...ranges));
  };

  const box = document.querySelector(".book-find");
  const field = byId("__book_find");
  const panel = document.querySelector(".book-hits");
  const list = byId("__book_hits");
  const find = () => {
    const query = plain(field.value.trim());
    const words = query.split(/\s+/).filter(Boolean);
    const hits = words.length
      ? sections
          .map((section) => [score(section.words, query, words), section])
          .filter(([points]) => points)
          .sort(([a], [b]) => b - a)
      : [];
    mark(words.filter((word) => word.length > 1));
    list.replaceChildren(
      ...hits.slice(0, 20).map(([, section]) => {
        const item = document.createElement("li");
        const link = item.appendChild(document.createElement("a"));
        link.href = `#${encodeURIComponent(section.id)}`;
        link.textContent = section.title;
        if (section.chapter !== section.title) {
          const where = link.appendChild(document.createElement("small"));
          where.textContent = ` ${section.chapter}`;
        }
        return item;
      }),
    );
    byId("__book_count").textContent = `${hits.length || "No"} ${hits.length === 1 ? "section" : "sections"}`;
    panel.hidden = !words.length;
  };
  box.hidden = false;
  field.addEventListener("input", find);
  field.addEventListener("focus", () => {
    panel.hidden = !field.value.trim();
  });
  list.addEventListener("click", () => {
    panel.hidden = true;
  });
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) panel.hidden = true;
  });
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) panel.hidden = true;
  });
  box.addEventListener("keydown", (event) => {
    const stops = [field, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      stops[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), stops.length - 1)].focus();
    } else if (event.key === "Enter" && at === 0) {
      stops[1]?.click();
    } else if (event.key === "Escape") {
      field.value = "";
      field.focus();
      find();
    } else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
    }
  });

  // Copy buttons
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.body.appendChild(document.createElement("textarea"));
      area.value = text;
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("the browser refuses to copy");
    }
  };
  for (const code of main.querySelectorAll("pre > code")) {
    const told = code.closest(".highlight")?.nextElementSibling?.dataset.copy; // for a block that is not right as it stands
    if (told === "") continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "book-copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy this code");
    button.addEventListener("click", async () => {
      try {
        await copy(told ?? code.textContent.replace(/\n$/, ""));
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select it by hand";
      }
      setTimeout(() => {
        button.textContent = "Copy";
      }, 2000);
    });
    const holder = document.createElement("div");
    holder.className = "book-code";
    code.parentElement.replaceWith(holder);
    holder.append(code.parentElement, button);
  }
  // Code that is too wide for the screen can be scrolled with the keyboard.
  for (const wide of main.querySelectorAll("pre > code, table")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  }
})();

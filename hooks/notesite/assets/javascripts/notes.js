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

// Small helps for reading.  Every page is whole without them.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // --- Menu and search are labels in the theme; here they become buttons that a keyboard reaches.
  const toggle = (name) => document.getElementById(`__${name}`);
  const names = { __drawer: "Menu", __search: "Search", __toc: "Table of contents" };

  const asButton = (label) => {
    const box = document.getElementById(label.htmlFor);
    const button = document.createElement("button");
    button.type = "button";
    button.className = label.className;
    button.dataset.notesFor = box.id;
    button.append(...label.childNodes);
    if (!button.textContent.trim()) button.setAttribute("aria-label", names[box.id]);
    button.addEventListener("click", () => {
      box.click();
      if (box.id === "__search") one(".md-search__input").focus();
    });
    label.replaceWith(button);
  };

  const seen = (element) => element?.isConnected && element.checkVisibility({ visibilityProperty: true });

  // Escape closes the menu and the search, and the focus goes back to where it was, or to the button that opens them.
  const closing = (name, panel, first) => {
    const box = toggle(name);
    const button = one(`[data-notes-for="__${name}"]`);
    if (!box) return;
    let outside = null;
    const told = () => button?.setAttribute("aria-expanded", String(box.checked));
    told();
    addEventListener("focusin", ({ target }) => {
      if (!target.closest(panel)) outside = target;
    });
    box.addEventListener("change", () => {
      told();
      if (box.checked && first) requestAnimationFrame(() => one(first)?.focus());
    });
    const back = () => {
      const now = document.activeElement;
      if (now !== document.body && !now.closest(panel)) return;
      now.blur();
      [outside, button].find(seen)?.focus();
    };
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.checked) return;
      setTimeout(() => {
        if (box.checked) box.click();
        told();
        back();
      }, 50); // after the theme's own answer
    }, true);
  };

  // The theme focuses the search's field before it shows it, which a hidden field does not take.
  const opening = () => {
    const box = toggle("search");
    if (!box) return;
    const typing = (target) => target.isContentEditable || target.matches("input, textarea, select");
    addEventListener("keydown", (event) => {
      const command = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      const letter = plain && ["/", "f", "s"].includes(event.key) && !typing(event.target) && !box.checked;
      if (!command && !letter) return;
      event.preventDefault();
      if (!box.checked) box.click();
      one(".md-search__input").focus();
    }, true);
    // The theme waits for keys; what is dictated or pasted comes without any.
    one(".md-search__input")?.addEventListener("input", ({ target }) => target.dispatchEvent(new Event("keyup")));
  };

  // --- A bold first column names its rows; the cells become headers here, so that the page's own HTML stays the notes'.
  const rowHeaders = () => {
    for (const table of all(".md-typeset table")) {
      const cells = all("tbody tr > td:first-child", table);
      if (!cells.length || !cells.every((cell) => cell.firstChild?.nodeName === "STRONG")) continue;
      for (const cell of cells) {
        const header = document.createElement("th");
        header.scope = "row";
        header.append(...cell.childNodes);
        cell.replaceWith(header);
      }
    }
  };

  // --- Scrolling parts that hold nothing to focus can be reached and have a name.
  const scrollers = () => {
    for (const box of all(".md-typeset__scrollwrap, .md-typeset pre > code")) {
      const wide = box.scrollWidth > box.clientWidth + 1;
      const name = box.matches("code") ? "Code" : "Table";
      if (wide) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", `${name}, scrolls sideways`);
      } else if (box.hasAttribute("aria-label")) {
        for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
      }
    }
  };

  // --- Terms: the explanation shows on hover, focus and touch, and Escape closes it.
  const terms = () => {
    if (!("popover" in HTMLElement.prototype)) return; // the title attribute stays
    const tip = document.createElement("div");
    tip.className = "notes-tip";
    tip.id = "__notes_tip";
    tip.setAttribute("role", "tooltip");
    tip.popover = "manual";
    let owner = null;
    let timer = 0;
    const hide = () => {
      clearTimeout(timer);
      owner?.removeAttribute("aria-describedby");
      owner = null;
      if (tip.matches(":popover-open")) tip.hidePopover();
    };
    const settle = () => {
      if (!owner) return;
      const place = owner.getBoundingClientRect();
      const own = tip.getBoundingClientRect();
      const left = Math.max(8, Math.min(place.left, document.documentElement.clientWidth - own.width - 8));
      const below = place.bottom + 6;
      const top = below + own.height > innerHeight ? place.top - own.height - 6 : below;
      Object.assign(tip.style, { left: `${left}px`, top: `${top}px` });
    };
    const show = (term) => {
      clearTimeout(timer);
      if (owner === term) return;
      hide();
      owner = term;
      tip.textContent = term.dataset.meaning;
      term.setAttribute("aria-describedby", tip.id);
      tip.showPopover();
      settle();
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => owner !== document.activeElement && hide(), 200);
    };
    const found = all("abbr.notes-term");
    if (!found.length) return;
    one("main").append(tip);
    for (const term of found) {
      term.dataset.meaning = term.title;
      term.removeAttribute("title");
      term.addEventListener("pointerenter", () => show(term));
      term.addEventListener("pointerleave", later);
      term.addEventListener("focus", () => show(term));
      term.addEventListener("blur", hide);
      term.addEventListener("click", () => show(term));
    }
    tip.addEventListener("pointerenter", () => clearTimeout(timer));
    tip.addEventListener("pointerleave", later);
    addEventListener("keydown", (event) => event.key === "Escape" && hide());
    addEventListener("scroll", settle, { passive: true });
  };

  // --- Copying
  const said = document.createElement("div");
  said.setAttribute("role", "status");
  said.className = "notes-status";

  const copy = async (text, button) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    said.textContent = "";
    requestAnimationFrame(() => (said.textContent = "Copied to clipboard"));
    button.classList.add("notes-copied");
    setTimeout(() => button.classList.remove("notes-copied"), 2000);
  };

  const copying = () => {
    one("main")?.append(said);
    const page = one(".notes-copy-page");
    page?.addEventListener("click", async () => {
      const source = document.getElementById("__notes_source");
      if (source) return copy(JSON.parse(source.textContent), page);
      const answer = await fetch(page.dataset.markdown).catch(() => null);
      if (answer?.ok) copy(await answer.text(), page);
      else said.textContent = "The Markdown of this page could not be loaded";
    });
    // A result that corrects a command can be copied without opening its page; Tab goes to the button and leaves from there.
    const results = document.getElementById("__notes_results");
    const offer = () => {
      for (const fix of all("li:not(:has(.notes-copy)) .notes-hit__fix", results)) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "notes-copy";
        button.textContent = "Copy";
        button.setAttribute("aria-label", `Copy ${fix.textContent}`);
        button.addEventListener("click", () => copy(fix.dataset.copy, button));
        fix.closest("li").append(button);
      }
    };
    if (results) new MutationObserver(offer).observe(results, { childList: true });
    results?.addEventListener("keydown", (event) => {
      const next = event.target.nextElementSibling;
      if (event.key === "Tab" && !event.shiftKey && next?.matches(".notes-copy")) event.stopPropagation();
      else if (["Enter", " "].includes(event.key) && event.target.matches(".notes-copy")) event.stopPropagation();
    });
    for (const button of all("[data-notes-copy]")) {
      button.addEventListener("click", () => copy(button.dataset.notesCopy, button));
    }
  };

  const searching = () => {
    for (const button of all("[data-notes-search]")) {
      button.addEventListener("click", () => {
        const box = toggle("search");
        if (!box.checked) box.click();
        one(".md-search__input").focus();
      });
    }
  };

  // The theme wraps each copy button in a landmark of its own; a page with thirteen of them has none that helps.
  const quieting = () => {
    const quiet = () => all("nav.md-code__nav:not([role])").forEach((nav) => nav.setAttribute("role", "none"));
    const article = one("article");
    if (article) new MutationObserver(quiet).observe(article, { childList: true, subtree: true });
    quiet();
  };

  const skipping = () => {
    const link = one(".md-skip");
    link?.addEventListener("click", () => {
      const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!target) return;
      target.tabIndex = -1;
      target.focus();
    });
  };

  for (const label of all(".md-header__button[for=__drawer], .md-header__button[for=__search]")) asButton(label);
  for (const label of all(".md-sidebar--primary label[for=__toc]")) asButton(label);
  closing("drawer", ".md-sidebar--primary", ".md-sidebar--primary .md-nav__link[href]");
  closing("search", ".md-search", "");
  opening();
  searching();
  quieting();
  skipping();
  terms();
  copying();
  rowHeaders();
  scrollers();
  addEventListener("load", scrollers);
  addEventListener("resize", scrollers);
})();

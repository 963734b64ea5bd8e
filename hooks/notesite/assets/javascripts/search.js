// The search: the worker of the theme's box.  Messages: 0 documents come, 1 ready, 2 a query, 3 what was found.
// In a copy opened from the disk it runs in a hidden frame instead, so it uses nothing but messages.
(() => {
  // Scripts that put no spaces between words are cut into pairs of signs.
  const UNSPACED = ["Han", "Hiragana", "Katakana", "Hangul", "Thai", "Lao", "Khmer", "Myanmar"]
    .map((name) => `\\p{Script=${name}}`).join("") + "ー";
  const RUN = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+`, "gu");
  const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
  const HUMP = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
  const STOP = new Set(("a an and are as at be by can do does for from get how i if in into is it its me my of on or " +
    "show so that the there this to use using was what when where which who why will with you your").split(" "));
  const TITLE = 4, COMMAND = 3, TEXT = 1, PAGE = 0.5;
  const MOST = 30; // results
  const LONGEST = 150; // characters of an excerpt
  const ENTITIES = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };

  const plain = (html = "") => html.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity]);
  const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt()};`);
  const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();

  // Words with the parts of their camelCase: [["configmapkeyref", "config", "map", "key", "ref"], ...]
  const wordsOf = (text) => (text.normalize("NFKC").match(RUN) ?? []).flatMap((run) => {
    const signs = [...run];
    if (IS_UNSPACED.test(run)) return signs.length < 2 ? [[run]] : signs.slice(1).map((sign, i) => [signs[i] + sign]);
    const parts = run.split(HUMP).map((part) => part.toLowerCase());
    return [parts.length > 1 ? [run.toLowerCase(), ...parts] : parts];
  });
  const wholeWords = (text) => wordsOf(text).map(([word]) => word);
  const others = (text, known) => wholeWords(text).filter((word) => !wholeWords(known).includes(word)).join(" ");

  const joinedLines = (command) => command.replace(/\\\n\s*/g, "");

  let docs = [];
  let postings = new Map(); // term -> [number of a document, weight, ...]
  let terms = []; // sorted
  let groups = []; // synonyms, each a list of words

  const countInto = (bag, text, weight, usual) => {
    const words = wordsOf(text);
    const counts = new Map();
    const count = (term, by) => counts.set(term, (counts.get(term) ?? 0) + by);
    words.forEach(([word, ...parts], i) => {
      count(word, 1);
      for (const part of parts) count(part, 0.7);
      if (i && !IS_UNSPACED.test(word)) count(words[i - 1][0] + word, 0.5); // "node port" is "nodeport"
    });
    const size = 0.7 + (0.3 * words.length) / usual;
    for (const [term, n] of counts) bag.set(term, (bag.get(term) ?? 0) + (weight * 2 * n) / (n + 1) / size);
  };

  const setUp = ({ config, docs: given }) => {
    const pages = new Map(given.filter(({ location, kind }) => !location.includes("#") && !kind).map((doc) => [doc.location, doc]));
    const titles = new Map();
    docs = given.map((doc) => {
      const title = plain(doc.title), words = plain(doc.text);
      const [text, command] = doc.kind === "command" ? ["", joinedLines(words)] : [words, ""];
      const of = pages.get(doc.location.split("#")[0]);
      const page = of && of !== doc ? plain(of.title) : "";
      if (doc.kind !== "block") titles.set(title, (titles.get(title) ?? 0) + 1);
      const fix = joinedLines(plain(doc.fix));
      return { ...doc, title, text, command, page, low: folded(text), lines: (command && `${command}\n${fix}`).split("\n").map(folded),
               more: [fix, plain(doc.note)].map((told) => others(told, words)),
               names: [title, plain(doc.also)].filter(Boolean).map(meant) };
    });
    postings = new Map();
    docs.forEach((doc, number) => {
      const bag = new Map();
      countInto(bag, doc.title, TITLE, 2);
      countInto(bag, plain(doc.also), TITLE, 2);
      countInto(bag, doc.command, COMMAND, 6);
      countInto(bag, doc.text, TEXT, 50);
      countInto(bag, doc.more[0], COMMAND, 6);
      countInto(bag, doc.more[1], TEXT / 2, 50);
      countInto(bag, doc.page, PAGE, 2);
      // A page weighs more than a part of it, a block less than its section; a title that many have says little.
      doc.weight = pages.get(doc.location) === given[number] ? 1.3 : doc.kind === "block" ? 0.7 : titles.get(doc.title) > 1 && !doc.command ? 0.5 : 1;
      for (const [term, weight] of bag) {
        const list = postings.get(term);
        if (list) list.push(number, weight);
        else postings.set(term, [number, weight]);
      }
    });
    terms = [...postings.keys()].sort();
    groups = (config.synonyms ?? []).map((group) => group.map(wholeWords));
  };

  // The words that carry the meaning, for comparing a query with a title.
  const meant = (text) => {
    const words = wholeWords(text);
    const heavy = words.filter((word) => !STOP.has(word));
    return ` ${(heavy.length ? heavy : words).join(" ")} `;
  };

  // Letters to change, leave out, add or swap; more than `most` counts as Infinity.  `change` is what a changed letter counts.
  const distance = (one, other, most, change = 1) => {
    if (Math.abs(one.length - other.length) > most) return Infinity;
    let before = [], above = Array.from({ length: other.length + 1 }, (_, i) => i);
    for (let i = 1; i <= one.length; i++) {
      const row = [i];
      for (let j = 1; j <= other.length; j++) {
        const same = one[i - 1] === other[j - 1];
        row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : change));
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      if (Math.min(...row) > most) return Infinity;
      [before, above] = [above, row];
    }
    return above[other.length] > most ? Infinity : above[other.length];
  };

  // Terms that a word of the query may mean: Map term -> how well it fits.
  const termsFor = (word, prefixes = true) => {
    const found = new Map();
    const add = (term, fit) => postings.has(term) && fit > (found.get(term) ?? 0) && found.set(term, fit);
    add(word, 1);
    if (IS_UNSPACED.test(word)) return found;
    if (word.length > 3) for (const ending of ["s", "es", "ed", "ing"]) if (word.endsWith(ending)) add(word.slice(0, -ending.length), 0.8);
    if (prefixes) {
      let low = 0, high = terms.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (terms[middle] < word) low = middle + 1;
        else high = middle;
      }
      for (; low < terms.length && terms[low].startsWith(word); low++) add(terms[low], 0.75 * (word.length / terms[low].length) ** 0.5);
    }
    if (!found.size && word.length > 3 && !/^\d/.test(word)) { // another number is no slip of the pen
      const most = word.length > 7 ? 2 : 1;
      for (const term of terms) {
        if (term.length < word.length - most) continue;
        const whole = distance(word, term, most, word.length > 4 ? 1 : 2); // "helm" is not "help"
        const begun = word.length > 4 && whole > most ? distance(word, term.slice(0, word.length), 1) + 1 : Infinity;
        const off = Math.min(whole, begun);
        if (off <= 2) add(term, 0.6 / off / (off === begun ? 2 : 1));
      }
      // The likeliest of them stands for the word, with all that begins with it.
      [[found.meant]] = [...found].sort(([a, x], [b, y]) => y - x || postings.get(b).length - postings.get(a).length).concat([[]]);
      if (found.meant) for (const [term, fit] of termsFor(found.meant)) add(term, 0.6 * fit);
    }
    return found;
  };

  // Map number of a document -> weight, for one word, and for words that must all be there.
  const weigh = (fits) => {
    const found = new Map();
    for (const [term, fit] of fits) {
      const list = postings.get(term);
      for (let i = 0; i < list.length; i += 2) found.set(list[i], Math.max(found.get(list[i]) ?? 0, fit * list[i + 1]));
    }
    return found;
  };
  const weighAll = (words) => {
    const maps = words.map((word) => weigh(termsFor(word, false)));
    return new Map([...maps[0]].filter(([number]) => maps.every((map) => map.has(number)))
      .map(([number]) => [number, maps.reduce((sum, map) => sum + map.get(number), 0) / maps.length]));
  };

  // One unit for each word of the query: where it stands, how much it counts, and in which forms it is shown.
  const unitsOf = (query) => {
    const words = wordsOf(query);
    const units = words.map(([word, ...parts]) => {
      let fits = termsFor(word);
      const unit = { word, meant: fits.meant ?? word, found: weigh(fits), forms: new Set([word]), stop: STOP.has(word) && words.length > 1, own: [...fits.keys()].some((term) => term.startsWith(word)) };
      if (!fits.size && parts.length) {
        unit.found = weighAll(parts);
        for (const part of parts) unit.forms.add(part);
      }
      for (const [term] of [...fits].sort(([, a], [, b]) => b - a).slice(0, 3)) if (!term.startsWith(word)) unit.forms.add(term);
      return unit;
    });
    const merge = (some, found, by, forms) => {
      for (const unit of some) {
        for (const [number, weight] of found) unit.found.set(number, Math.max(unit.found.get(number) ?? 0, by * weight));
        for (const form of forms) unit.forms.add(form);
      }
    };
    units.forEach((unit, i) => {
      const both = i && units[i - 1].word + unit.word;
      if (both && postings.has(both)) merge([units[i - 1], unit], weigh([[both, 1]]), 1, [both]);
    });
    for (const group of groups) {
      for (const [own, member] of group.entries()) {
        for (let from = 0; from < units.length; from++) {
          for (let to = from + 1; to <= units.length; to++) {
            const some = units.slice(from, to);
            if (some.map(({ word }) => word).join("") !== member.join("")) continue;
            for (const [other, words] of group.entries()) {
              if (other !== own && words.length) merge(some, weighAll(words), some.every(({ own }) => own) ? 0.12 : 0.3, words);
            }
          }
        }
      }
    }
    for (const unit of units) {
      unit.idf = Math.log(1 + docs.length / (unit.found.size || 1)) * (unit.stop ? 0.1 : 1);
    }
    return units;
  };

  // How the query stands in a text as it is typed: 1 as whole words, less as the beginning of one, 0 not.
  const held = (text, query) => {
    let best = 0;
    for (let at = text.indexOf(query); at >= 0 && best < 1; at = text.indexOf(query, at + 1)) {
      const before = text[at - 1] ?? " ", after = text[at + query.length] ?? " ";
      if (/[\p{L}\p{N}-]/u.test(before) && /^[\p{L}\p{N}-]/u.test(query)) continue;
      best = Math.max(best, /[\p{L}\p{N}]/u.test(after) && /[\p{L}\p{N}]$/u.test(query) ? 0.6 : 1);
    }
    return best;
  };

  // "configmap" is "Config Maps".
  const joined = (words) => words.replaceAll(" ", "").replace(/s$/, "");

  // The exact command or heading comes first.
  const bonus = (doc, typed, wanted, several) => {
    let best = 0;
    for (const line of doc.lines) {
      if (several && line === typed) return 2;
      if (several && line.startsWith(typed)) best = Math.max(best, 1.2);
      else if (line) best = Math.max(best, 0.8 * held(line, typed));
    }
    const whole = wanted.trim() === wholeWords(typed).join(" ");
    if (folded(doc.title) === typed) return 2.2;
    if (several && folded(doc.title).startsWith(typed)) best = Math.max(best, whole ? 1 : 2);
    for (const name of doc.names) {
      if (name === wanted || joined(name) === joined(wanted)) best = Math.max(best, doc.page || !whole ? 1.5 : 4);
      else if (name.startsWith(wanted)) best = Math.max(best, 0.7);
      else if (name.includes(wanted)) best = Math.max(best, 0.5);
    }
    return several ? Math.max(best, 0.5 * held(doc.low, typed)) : best;
  };

  const find = (query) => {
    const typed = folded(query).replace(/^["'`]+|["'`]+$/g, "");
    const units = unitsOf(typed === folded(query) ? query : query.replace(/^\s*["'`]+|["'`]+\s*$/g, ""));
    if (!typed) return { items: [], suggest: [] };
    const spelled = units.reduce((text, { word, meant }) => text.replace(word, meant), typed);
    const wanted = meant(spelled), several = /[^\p{L}\p{N}]/u.test(typed) || IS_UNSPACED.test(typed);
    const all = units.reduce((sum, { idf }) => sum + idf, 0);
    const sums = new Map();
    for (const { found, idf } of units) {
      for (const [number, weight] of found) {
        const sum = sums.get(number) ?? [0, 0];
        sums.set(number, [sum[0] + idf * weight, sum[1] + idf]);
      }
    }
    // Signs alone, as in "&&", are looked for as they are.
    if (!units.length) docs.forEach((doc, i) => held(`${doc.lines.join(" ")} ${doc.low}`, typed) && sums.set(i, [1, 1]));
    let hits = [...sums].map(([number, [sum, share]]) => {
      const doc = docs[number], part = units.length ? share / all : 1;
      return { doc, part, score: sum * part ** 2 * doc.weight };
    }).sort((a, b) => b.score - a.score);
    // The bonus can lift a hit from far below, but only one that has most of the words.
    hits = hits.filter(({ part }, i) => i < MOST || (part > 0.7 && i < 10 * MOST));
    for (const hit of hits) hit.score *= 1 + 2 * bonus(hit.doc, spelled, wanted, several);
    hits.sort((a, b) => b.score - a.score);
    hits = hits.filter(({ score }) => score > hits[0].score / 20).slice(0, MOST);
    const shown = units.filter(({ found, stop }) => found.size && !stop);
    const told = [...new Set(shown.map(toldFor))].filter((word) => word.length > 1);
    const found = Object.fromEntries(told.map((word) => [word, true]));
    const result = shower(shown, typed);
    const items = hits.map(({ doc }, i) => [{ location: doc.location, title: result(doc), text: "", score: MOST + 1 - i, terms: found }]);
    return { items, suggest: units.length ? [completed(units.at(-1).word)] : [] };
  };

  // The word to mark on the page that opens: the typed one where it stands there, else what was found for it.
  const toldFor = ({ word, forms }) => (termsFor(word).has(word) || forms.size < 2 ? word : [...forms][1]);
  const completed = (word) => {
    let best = word, most = 0;
    for (const [term] of termsFor(word)) {
      if (term.startsWith(word) && postings.get(term).length > most) [best, most] = [term, postings.get(term).length];
    }
    return best;
  };

  // Where words begin; signs of a longer word may have a space or a hyphen between them.
  const patternOf = (forms) => [...forms].map((form) => {
    const begins = /^[\p{L}\p{N}]/u.test(form) && !IS_UNSPACED.test(form) ? "(?<![\\p{L}\\p{N}])" : "";
    const signs = [...form].map(literal);
    return /^[\p{L}\p{N}]{6,}$/u.test(form) ? `${signs.join("[\\s_-]?")}` : begins + signs.join("");
  }).join("|");

  // What results show: title, page, and the sentence or command that matched.
  const shower = (units, typed) => {
    const patterns = units.map(({ forms, idf }) => [new RegExp(patternOf(forms), "iu"), idf]);
    const all = `(${[patternOf([typed]), ...units.map(({ forms }) => patternOf(forms))].join("|")})`;
    const [first, every] = units.length ? [new RegExp(all, "iu"), new RegExp(all, "giu")] : [null, null];
    const marked = (text) => (every ? text.split(every) : [text])
      .map((piece, i) => (i % 2 ? `<mark>${escaped(piece)}</mark>` : escaped(piece))).join("");
    const worth = (line) => (folded(line).includes(typed) ? 100 : 0)
      + patterns.reduce((sum, [pattern, idf]) => sum + (pattern.test(line) ? idf : 0), 0);
    const bestOf = (lines) => {
      let best = "", most = -1;
      for (const line of lines) {
        const own = line.trim() ? worth(line) : -1;
        if (own > most) [best, most] = [line, own];
      }
      return best;
    };
    return (doc) => {
      const best = bestOf(doc.kind ? (doc.command || doc.text).split("\n") : doc.text.split(/\n|(?<=[.!?])\s+|(?<=[。！？])/u));
      const parts = [`<span class="notes-hit__title">${marked(doc.title)}</span>`];
      if (doc.page && doc.page !== doc.title) parts.push(`<span class="notes-hit__page">${escaped(doc.page)}</span>`);
      const code = `<code class="notes-hit__code">${inWords(marked(best))}</code>`;
      if (best && doc.kind) parts.push(isBroken(doc, best) ? `<s>${code}</s>` : code);
      else if (best) parts.push(`<span class="notes-hit__text">${marked(cut(best, first))}</span>`);
      // The box adds a button that copies it; see notes.js.
      if (doc.note) parts.push(`<span class="notes-hit__text">${doc.note}</span>`);
      const fix = plain(doc.fix);
      if (fix) parts.push(`<span class="notes-hit__text">${doc.label}:</span> <code class="notes-hit__code notes-hit__fix" data-copy="${escaped(fix)}">${inWords(escaped(changed(doc, fix)))}</code>`);
      return parts.join(" ");
    };
  };
  // A line that the working form has too is right; without one, only a block of one line is known to be wrong as a whole.
  const isBroken = ({ wrong, fix, text, command }, line) => wrong &&
    (fix ? !joinedLines(plain(fix)).split("\n").includes(line) : !(command || text).includes("\n"));
  // No flag is torn from its hyphens at the end of a line.
  const inWords = (html) => html.replace(/(?<=<mark>[^<]*)\s+(?=[^<]*<\/mark>)/g, "</mark>$&<mark>").replace(/(?<!\S)(?:[^\s<>]|<mark>[^\s<>]*<\/mark>)*[-/](?:[^\s<>]|<mark>[^\s<>]*<\/mark>)+(?!\S)/g,
    (word) => (word.replace(/<[^>]*>/g, "").length < 35 ? `<span class="notes-word">${word}</span>` : word));
  // What is other in a long working form, with a line before and after it.
  const changed = (doc, fix) => {
    const [before, after] = [(doc.command || doc.text).split("\n"), fix.split("\n")];
    if (after.length < 4) return fix;
    let from = 0, to = 0;
    while (from < after.length && before[from] === after[from]) from++;
    while (to < after.length - from && before.at(-1 - to) === after.at(-1 - to)) to++;
    const [first, end] = [Math.max(0, from - 1), Math.min(after.length, after.length - to + 1)];
    return `${first ? "…\n" : ""}${after.slice(first, end).join("\n")}${end < after.length ? "\n…" : ""}`;
  };
  const cut = (line, marks) => {
    if (line.length <= LONGEST) return line;
    const at = Math.max(0, (marks ? line.search(marks) : 0) - LONGEST / 3);
    const from = at && line.indexOf(" ", at) > 0 && line.indexOf(" ", at) < at + 20 ? line.indexOf(" ", at) + 1 : at;
    return `${from ? "…" : ""}${line.slice(from, from + LONGEST)}${from + LONGEST < line.length ? "…" : ""}`;
  };

  addEventListener("message", ({ data: { type, data } }) => {
    if (type === 0) {
      setUp(data);
      postMessage({ type: 1 });
    } else if (type === 2) postMessage({ type: 3, data: find(data) });
  });
})();

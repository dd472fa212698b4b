"use strict";
// Draws the examples, of a report and of the viewer. Text of others reaches the page through textContent only.
(async () => {
  const $ = (id) => document.getElementById(id);
  const make = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  };
  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text.trim()), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };
  const ask = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const words = { not_found: "not found" };
  const named = (label) => words[label] || label;

  const root = document.documentElement;
  const facts = JSON.parse($("facts").textContent);
  let listed = [];
  const blocks = [...document.querySelectorAll(".block")];
  const opened = new Map();
  const open = (number) => {
    if (!opened.has(number)) opened.set(number, unpack(blocks[number].textContent));
    return opened.get(number);
  };
  const wholeOf = async (example) => {
    if (facts.whole) return ask(facts.whole + encodeURIComponent(example.id));
    const number = Math.floor(example.at / facts.together);
    return number < blocks.length ? (await open(number))[example.id] : null;
  };
  const labels = facts.configurations;
  const option = (select, value, text) => select.append(new Option(text, value));
  const base = facts.baseline;
  const leading = facts.measures.filter((measure) => measure.leading);
  labels.forEach((label, at) => {
    for (const [way, word] of at === base ? [] : [["w", "better"], ["l", "worse"]]) option($("outcome"), `${way}${at}`, `${label} is ${word} than ${labels[base]}`);
    leading.forEach((measure, number) => {
      for (const [way, word] of [["d", "highest"], ["u", "lowest"]]) option($("order"), `${way}${at}${measure.primary ? "" : `.${number}`}`, `${label}: ${measure.name}, ${word} first`);
    });
  });

  const take = (all) => {
    listed = all;
    listed.forEach((example, at) => { example.at = at; });
    const chosen = $("error").value;
    const errors = [...new Set(listed.flatMap((each) => each.rows.flatMap((row) => row.errors)))].sort();
    $("error").replaceChildren(new Option("any", ""), ...errors.map((error) => new Option(error, error)));
    $("error").value = errors.includes(chosen) ? chosen : "";
    if (current !== null) current = listed.find((each) => each.id === current.id) || current;
    draw();
  };

  const keep = () => {
    const query = $("query").value.trim().toLocaleLowerCase();
    const [verdict, error, outcome, order] = ["verdict", "error", "outcome", "order"].map((id) => $(id).value);
    const sign = facts.lower ? -1 : 1;
    const fits = (example) => {
      if (verdict === "failed" ? !example.rows.some((row) => row.failure !== null)
        : verdict && !example.rows.some((row) => row.label === verdict)) return false;
      if (error && !example.rows.some((row) => row.errors.includes(error))) return false;
      if (outcome) {
        const [ours, theirs] = [example.rows[+outcome.slice(1)].score, example.rows[base].score];
        if (ours === null || theirs === null) return false;
        const apart = sign * (ours - theirs);
        if (outcome[0] === "w" ? apart <= 0 : apart >= 0) return false;
      }
      const held = [example.id, ...Object.values(example.tags), ...example.rows.map((row) => row.text || "")];
      return !query || held.some((text) => text.toLocaleLowerCase().includes(query));
    };
    const kept = listed.filter(fits);
    if (order) {
      const [at, number] = order.slice(1).split("."); // the measure that is ranked by has no number
      const lost = order[0] === "d" ? -Infinity : Infinity;
      const score = ({ rows: { [at]: row } }) => (number ? row.scores?.[number] : row.score) ?? lost;
      kept.sort((one, other) => (order[0] === "d" ? score(other) - score(one) : score(one) - score(other)) || one.at - other.at);
    }
    return kept;
  };

  const MOST = 400;
  let kept = [];
  let current = null;
  const badge = (label, text) => make("span", `label ${label}`, text || named(label));
  const draw = () => {
    kept = keep();
    $("count").textContent = `${kept.length} of ${listed.length}`;
    const rows = kept.slice(0, MOST).map((example) => {
      const row = make("li");
      const button = make("button");
      button.type = "button";
      button.dataset.id = example.id;
      button.append(make("b", "", example.id), " ");
      for (const label of new Set(example.rows.map((each) => (each.failure !== null ? "failed" : each.label)))) {
        if (label && label !== "supported") button.append(badge(label), " ");
      }
      button.append(make("span", "first", example.rows.map((each) => each.text).find((text) => text) || ""));
      button.addEventListener("click", () => choose(example));
      row.append(button);
      return row;
    });
    if (kept.length > MOST) rows.push(make("li", "more", `${kept.length - MOST} more: search or filter to see them.`));
    if (!kept.length) rows.push(make("li", "more", "No example fits."));
    $("list").replaceChildren(...rows);
    point();
  };
  const point = () => {
    for (const button of $("list").querySelectorAll("button")) {
      const is = current !== null && button.dataset.id === current.id;
      if (is) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      if (is) { // scrolls the list alone: scrollIntoView would move the page
        const [list, box] = [$("list"), button.getBoundingClientRect()];
        const frame = list.getBoundingClientRect();
        if (box.top < frame.top) list.scrollTop += box.top - frame.top;
        if (box.bottom > frame.bottom) list.scrollTop += box.bottom - frame.bottom;
      }
    }
  };

  // Offsets count code points, as Python does; a string's own indices do not.
  const textWith = (into, text, spans) => {
    const signs = Array.from(text);
    const edges = [...new Set([0, signs.length, ...spans.flatMap((span) => [span.start, span.end])])]
      .filter((edge) => edge >= 0 && edge <= signs.length).sort((one, other) => one - other);
    into.replaceChildren();
    for (let at = 0; at + 1 < edges.length; at++) {
      const part = signs.slice(edges[at], edges[at + 1]).join("");
      const over = spans.filter((span) => span.start <= edges[at] && span.end >= edges[at + 1]);
      if (over.length) into.append(make("mark", ["against", "for", "near"].find((side) => over.some((span) => span.side === side)), part));
      else into.append(part);
      if (over.length) into.lastChild.dataset.from = edges[at];
    }
  };

  let places = [];
  const light = (spans, pressed) => {
    for (const button of $("detail").querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", "false");
    if (pressed) pressed.setAttribute("aria-pressed", "true");
    places.forEach((place, number) => {
      for (const [title, node, text] of place) {
        const here = spans.filter((span) => span[0] === number && span[1] === title)
          .map(([, , start, end, side]) => ({ start, end, side }));
        textWith(node, text, here);
      }
    });
    const first = $("detail").querySelector(".articles mark");
    if (first) show(first);
    quote(spans, pressed);
  };
  const show = (mark) => {
    const pane = mark.closest(".articles");
    pane.scrollTop += mark.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
  };
  // What is lit stands beside what was chosen too, with its source: the articles may be out of sight.
  const quote = (spans, pressed) => {
    for (const old of $("detail").querySelectorAll(".quotes")) old.remove();
    const list = make("ul", "quotes");
    const seen = new Set(); // one quotation of each article on a side: of its text rather than its title
    const sided = spans.some((span) => span[4] !== "near");
    for (const side of sided ? ["for", "against"] : ["near"]) for (const [number, title, start, end] of spans.filter((span) => span[4] === side).sort((one, other) => one[1] - other[1])) {
      if (seen.size >= 8 || seen.size === seen.add(`${side} ${number}`).size) continue;
      const [, node, text] = places[number].find(([held]) => held === title);
      const words = Array.from(text).slice(start, end).join("");
      const [item, button] = [make("li", side), make("button", "quote", words.length > 240 ? `${words.slice(0, 240)}…` : words)];
      Object.assign(button, { type: "button", onclick: () => {
        const mark = node.querySelector(`mark[data-from="${start}"]`);
        show(mark);
        if (matchMedia("(max-width:64rem)").matches) mark.scrollIntoView({ block: "center" }); // articles stand below
      } });
      item.append(make("cite", "", `${{ for: "says so", against: "says otherwise", near: "nearest" }[side]} · ${places[number].name} `), button);
      list.append(item);
    }
    if (pressed && list.children.length) (pressed.matches(".claim") ? pressed : pressed.closest(".headline")).after(list);
  };
  const press = (button, spans) => {
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const was = button.getAttribute("aria-pressed") === "true";
      light(was ? [] : spans, was ? null : button);
    });
  };

  // A word-level difference by the longest common subsequence.
  const tokens = (text) => text.match(/[\p{L}\p{N}]+(?:['’.,-][\p{L}\p{N}]+)*|[^\s]/gu) || [];
  const difference = (reference, text) => {
    const [old, now] = [tokens(reference).slice(0, 400), tokens(text).slice(0, 400)];
    const [a, b] = [old, now].map((list) => list.map((word) => word.toLocaleLowerCase()));
    const length = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        length[i][j] = a[i] === b[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
      }
    }
    const line = make("p", "diff");
    line.append(make("span", "dim", "against the reference: "));
    for (let i = 0, j = 0; i < a.length || j < b.length;) {
      if (i < a.length && j < b.length && a[i] === b[j]) { line.append(now[j], " "); i++; j++; }
      else if (j < b.length && (i === a.length || length[i][j + 1] >= length[i + 1][j])) { line.append(make("ins", "", now[j]), " "); j++; }
      else { line.append(make("del", "", old[i]), " "); i++; }
    }
    return line;
  };
  const nearest = (references, text) => {
    const bag = new Set(tokens(text).map((word) => word.toLocaleLowerCase()));
    const shared = (reference) => {
      const theirs = tokens(reference).map((word) => word.toLocaleLowerCase());
      return (2 * theirs.filter((word) => bag.has(word)).length) / (theirs.length + bag.size || 1);
    };
    return [...references].sort((one, other) => shared(other) - shared(one))[0];
  };

  const shown = (value, measure) => value === null ? "–" : (measure.unit === "share" ? value * 100 : value).toFixed(1);
  const headline = (text, elements) => {
    const signs = Array.from(text);
    const line = make("p", "headline");
    const order = { contradicted: 0, unaccounted: 1, borne_out: 2 };
    const taken = [];
    for (const element of [...elements].sort((one, other) => order[one.state] - order[other.state] || (one.end - one.start) - (other.end - other.start))) {
      const whole = element.end - element.start >= signs.length && signs.length > 0;
      if (element.kind !== "party" && !whole && element.end > element.start && !taken.some((held) => element.start < held.end && held.start < element.end)) taken.push(element);
    }
    taken.sort((one, other) => one.start - other.start);
    let at = 0;
    for (const element of taken) {
      line.append(signs.slice(at, element.start).join(""));
      const button = make("button", element.state, signs.slice(element.start, element.end).join(""));
      button.type = "button";
      const state = { borne_out: "borne out", contradicted: "differs", unaccounted: "missing" }[element.state];
      button.title = element.reason ? `${state}: ${element.reason}` : state;
      press(button, element.evidence);
      line.append(button);
      at = element.end;
    }
    line.append(signs.slice(at).join(""));
    return line;
  };
  const sourced = (article) => article.source ? `${article.id} (${article.source})` : article.id;
  const sides = (claim, articles) => {
    const names = (ids) => ids.map((id) => sourced(articles.find((each) => each.id === id) || { id })).join(", ");
    const line = make("p", "sides");
    if (claim.for.length) line.append(make("span", "for", `says so: ${names(claim.for)}`), " ");
    if (claim.against.length) line.append(make("span", "against", `says otherwise: ${names(claim.against)}`));
    return line;
  };
  const claimButton = (claim, text) => {
    const button = make("button", "claim");
    button.type = "button";
    button.append(badge(claim.label), claim.probability === null ? " " : ` ${claim.probability.toFixed(2)} `);
    if (claim.errors) button.append(make("em", "", `${claim.errors} `));
    if (claim.part !== "whole") button.append(Array.from(text).slice(claim.start, claim.end).join(""));
    press(button, claim.evidence);
    return button;
  };

  const drawExample = (example, whole) => {
    const made = [make("h3", "", example.id)];
    if (facts.alone) {
      const link = make("a", "alone", "on a page of its own");
      link.href = facts.alone + encodeURIComponent(example.id);
      made.push(link);
    }
    for (const note of (whole && whole.notes) || []) made.push(make("p", "note", note));
    const tags = Object.entries(example.tags).map(([name, value]) => `${name}: ${value}`).join(" · ");
    if (tags) made.push(make("p", "dim", tags));
    const texts = make("div", "pane texts");
    if (whole && whole.references.length) {
      texts.append(make("h3", "", whole.references.length === 1 ? "Reference" : "References"));
      for (const reference of whole.references) texts.append(make("p", "reference", reference));
    }
    const parts = [];
    example.rows.forEach((row, at) => {
      const part = make("section", "row");
      parts.push(part);
      part.append(make("div", "dim", labels[at]));
      if (row.text === null) {
        part.append(badge("failed"), ` ${row.failure || "no prediction"}`);
        texts.append(part);
        return;
      }
      const held = whole ? whole.rows[at] : { claims: [], scores: [], raw: null };
      const account = held.claims.find((claim) => claim.part === "whole");
      part.append(headline(row.text, account ? account.elements : []));
      const scores = make("p", "scores");
      const values = whole ? held.scores : facts.measures.map((measure) => (measure.primary ? row.score : null));
      values.forEach((value, number) => {
        const measure = facts.measures[number];
        if (measure.leading && value !== null) scores.append(make("span", "", `${measure.name} ${shown(value, measure)}`));
      });
      part.append(scores);
      if (held.claims.length) {
        const claims = make("ul", "claims");
        for (const claim of held.claims) {
          const item = make("li");
          item.append(claimButton(claim, row.text));
          if (claim.reason) item.append(make("div", "dim", claim.reason));
          if (claim.for.length || claim.against.length) item.append(sides(claim, whole.articles));
          claims.append(item);
        }
        part.append(claims);
      } else if (row.label) part.append(badge(row.label));
      if (whole && whole.references.length) part.append(difference(nearest(whole.references, row.text), row.text));
      if (held.raw !== null) {
        const raw = make("details");
        raw.append(make("summary", "dim", "as the model wrote it"), make("p", "text", held.raw));
        part.append(raw);
      }
      texts.append(part);
    });
    const pane = make("div", "pane articles");
    pane.tabIndex = 0;
    pane.setAttribute("role", "region");
    pane.setAttribute("aria-label", "Articles");
    places = [];
    for (const article of whole ? whole.articles : []) {
      const heading = make("h3", "", article.title || article.id);
      const about = make("cite", "", [article.id, article.source, article.date].filter(Boolean).join(" · "));
      const body = make("p", "text", article.text);
      places.push(Object.assign([[1, heading, article.title], [0, body, article.text]], { name: sourced(article) }));
      pane.append(heading, about, body);
    }
    if (!places.length) pane.append(make("p", "dim", whole ? facts.missing : facts.small));
    const pair = make("div", "pair");
    pair.append(texts, pane);
    made.push(pair);
    $("detail").replaceChildren(...made);
    $("detail").dispatchEvent(new CustomEvent("drawn", { detail: { example, whole, parts, labels } }));
  };

  const choose = async (example, quietly) => {
    current = example;
    point();
    let whole;
    try {
      whole = await wholeOf(example);
    } catch (error) {
      if (current === example) $("detail").replaceChildren(make("h3", "", example.id), make("p", "note", error.message));
      return;
    }
    if (current !== example && (current === null || current.id !== example.id)) return;
    drawExample(whole && whole.listed ? { ...example, ...whole.listed } : example, whole);
    const name = encodeURIComponent(example.id);
    if (facts.link) document.title = `${example.id} · harness`;
    if (!quietly) history.replaceState(null, "", facts.link ? facts.link + name : `#example=${name}`);
  };
  const step = (by) => {
    if (!kept.length) return;
    const at = kept.indexOf(current);
    choose(kept[Math.max(0, Math.min(kept.length - 1, at < 0 ? 0 : at + by))]);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      light([], null);
    } else if (typing) return;
    else if (event.key === "/") { event.preventDefault(); $("query").focus(); }
    else if (event.key === "j" || event.key === "ArrowRight") { event.preventDefault(); step(1); }
    else if (event.key === "k" || event.key === "ArrowLeft") { event.preventDefault(); step(-1); }
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && $("list").contains(event.target)) {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    }
  });
  for (const id of ["query", "verdict", "error", "outcome", "order"]) $(id).addEventListener("input", draw);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  const go = () => {
    const wanted = (location.hash.match(/^#example=(.*)$/) || [])[1];
    const example = listed.find((each) => wanted === encodeURIComponent(each.id) || wanted === each.id);
    if (example && example !== current) choose(example);
    return Boolean(example);
  };
  window.addEventListener("hashchange", go);
  if ($("given")) { // one example that came with the page: it is drawn before the list is here
    const given = JSON.parse($("given").textContent);
    current = given.listed;
    drawExample(given.listed, given);
    root.dataset.ready = "yes";
  }
  const load = async () => {
    if (!listed.length) $("count").textContent = "reading…";
    try {
      take($("listed") ? await unpack($("listed").textContent) : await ask(facts.listed));
    } catch (error) {
      $("count").textContent = error.message;
    }
  };
  await load();
  document.addEventListener("more", load); // a run that is under way has more of them
  if (!current && !go() && kept.length) await choose(kept[0], true);
  root.dataset.ready = "yes";
})();

"use strict";
// What people say of headlines, below each of them; and new examples of a run that is under way.
(() => {
  const runs = new URLSearchParams(location.search).getAll("run");
  const make = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const LABELS = [["1", "faithful"], ["0", "not faithful"], ["", "cannot say"]];

  const form = (example, row, at, said, label) => {
    const made = make("form");
    const box = make("fieldset", "say");
    box.append(make("legend", "", `What do you say of ${label}?`));
    for (const [value, text] of LABELS) {
      const choice = make("input");
      Object.assign(choice, { type: "radio", name: "label", value });
      choice.checked = said ? String(said.label ?? "") === value : false;
      const around = make("label");
      around.append(choice, ` ${text}`);
      box.append(around);
    }
    const note = make("textarea");
    Object.assign(note, { name: "note", rows: 1, maxLength: 10000, placeholder: "a note", value: said ? said.note : "" });
    note.setAttribute("aria-label", `Note on ${label}`);
    const save = make("button", "", "Save");
    const told = make("span", "saved", said ? `saved ${said.when}` : "");
    told.setAttribute("role", "status");
    box.append(note, save, told);
    made.append(box);
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      const chosen = new FormData(made).get("label");
      const body = { runs, id: example.id, at, text: row.text, note: note.value, label: chosen ? Number(chosen) : null };
      told.className = "saved";
      told.textContent = "saving…";
      try {
        const answer = await fetch("annotations", {
          method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error((await answer.text()).trim());
        told.textContent = `saved ${(await answer.json()).when}`;
      } catch (error) {
        told.className = "saved bad";
        told.textContent = `not saved: ${error.message}`;
      }
    });
    return made;
  };
  const detail = document.getElementById("detail");
  if (detail) {
    detail.addEventListener("drawn", (event) => {
      const { example, whole, parts, labels } = event.detail;
      if (!whole || !whole.said) return;
      example.rows.forEach((row, at) => {
        if (row.text !== null) parts[at].append(form(example, row, at, whole.said[at], labels[at]));
      });
    });
  }

  // A run that is under way: its list is read again when there is more of it.
  let before = null;
  document.addEventListener("htmx:afterSwap", () => {
    const counts = [...document.querySelectorAll("#progress .count")].map((each) => each.textContent).join();
    if (before !== null && counts !== before) document.dispatchEvent(new Event("more"));
    before = counts;
  });
})();

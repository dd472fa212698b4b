"use strict";
// Light and dark, and a leaderboard that sorts: on every page of the report and of the viewer.
(() => {
  // Light and dark.
  const root = document.documentElement;
  const theme = (dark) => {
    root.classList.toggle("dark", dark);
    root.classList.toggle("light", !dark);
  };
  try { // a browser may refuse to keep anything
    const kept = sessionStorage.getItem("theme");
    if (kept) theme(kept === "dark");
  } catch { /* then each page begins anew */ }
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.classList.contains("dark") ||
      (!root.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
    theme(!dark);
    try { sessionStorage.setItem("theme", dark ? "light" : "dark"); } catch { /* as above */ }
  });

  // The leaderboard sorts by any of its columns.
  document.addEventListener("click", (event) => {
    const head = event.target.closest("#board thead th");
    if (!head) return;
    const board = head.closest("table");
    const at = head.cellIndex;
    const was = head.getAttribute("aria-sort");
    const up = was === "descending" || (was === null && at < 2);
    const value = (row) => {
      const cell = row.cells[at];
      const held = cell.dataset.value;
      return held === undefined ? cell.textContent.trim() : held;
    };
    const rows = [...board.tBodies[0].rows].sort((first, second) => {
      const [one, other] = [value(first), value(second)];
      if (one === "" || other === "") return (one === "") - (other === "");
      const order = isNaN(one) || isNaN(other) ? one.localeCompare(other) : one - other;
      return up ? order : -order;
    });
    for (const each of board.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    board.tBodies[0].append(...rows);
  });
})();

"use strict";
// Sorting: each heading becomes a button. Figures sort as numbers, intervals by their lower end, names with their numbers in order,
// what is missing last; a second press turns the order.
const value = (cell) => {
  const text = cell ? cell.textContent.trim() : "";
  if (text === "" || text === "–") return null;
  const figure = Number(text.split(" … ")[0].replaceAll("−", "-").replace(/\s/g, ""));
  return Number.isNaN(figure) ? text : figure;
};
const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, {numeric: true});
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const turn = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      headings.forEach((h) => h.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows];
      rows.sort((r, s) => {
        const a = value(r.cells[column]), b = value(s.cells[column]);
        if (a === null || b === null) return (a === null) - (b === null);
        return turn * compare(a, b);
      });
      table.tBodies[0].append(...rows);
    });
  });
}
// Filtering: every word must be somewhere in the line.
const filter = document.getElementById("filter");
filter.addEventListener("input", () => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  const rows = document.getElementById("table").tBodies[0].rows;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((w) => text.includes(w));
    if (!row.hidden) shown++;
  }
  document.getElementById("count").textContent = words.length ? `${shown} of ${rows.length}` : "";
});

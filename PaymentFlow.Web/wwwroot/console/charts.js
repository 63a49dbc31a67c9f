// Shows the values of a chart's column above the chart: of the one under the pointer, or chosen with the arrow keys. The listeners are on
// the document, because Blazor replaces the page's content when it navigates.
function choose(plot, index) {
  const columns = plot.querySelectorAll("[data-text]");
  const at = Math.max(0, Math.min(columns.length - 1, index));
  const column = columns[at];
  if (!column || column.classList.contains("on")) return;
  plot.querySelector(".on")?.classList.remove("on");
  column.classList.add("on");
  plot.setAttribute("aria-valuenow", at);
  plot.setAttribute("aria-valuetext", column.dataset.text);
  plot.closest("[data-chart]").querySelector("[data-value]").textContent = column.dataset.text;
}

for (const type of ["pointermove", "pointerdown"]) {
  document.addEventListener(type, event => {
    const plot = event.target.closest?.(".chart-plot");
    const column = event.target.closest?.("[data-text]");
    if (plot && column) choose(plot, [...plot.querySelectorAll("[data-text]")].indexOf(column));
  });
}

document.addEventListener("keydown", event => {
  const plot = event.target.closest?.(".chart-plot");
  if (!plot || event.altKey || event.ctrlKey || event.metaKey) return;
  const now = Number(plot.getAttribute("aria-valuenow"));
  const index = {
    ArrowRight: now + 1, ArrowUp: now + 1, ArrowLeft: now - 1, ArrowDown: now - 1, PageUp: now + 7, PageDown: now - 7, Home: 0,
    End: Infinity,
  }[event.key];
  if (index === undefined) return;
  event.preventDefault();
  choose(plot, index);
});

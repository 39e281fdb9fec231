/* The timeline's brush and keys. Bars and buttons are links already; the brush leads to an address like them. */
const follow = (act) => {
  const link = document.querySelector(`[data-act="${act}"]`);
  if (link) link.click();
  return Boolean(link);
};

const figures = () => {
  const table = document.getElementById("figures");
  if (!table) return false;
  table.open = !table.open;
  if (table.open) table.querySelector("summary").focus();
  return true;
};

/* The way back of the selected row, fetched when it is asked for: running down the list shows (and logs) no row's. */
const why = () => {
  const row = document.querySelector(".tlt tr.is-row[data-why]");
  const pane = document.getElementById("row-why");
  if (!row || !pane || !window.htmx) return false;
  window.htmx.ajax("GET", row.dataset.why, { target: "#row-why", swap: "innerHTML" }).then(() => {
    pane.hidden = false;
    pane.focus();
    pane.scrollIntoView({ block: "nearest" });
  });
  return true;
};

const KEYS = {
  "+": () => follow("in"), "=": () => follow("in"), "-": () => follow("out"), "−": () => follow("out"),
  ArrowLeft: () => follow("earlier"), ArrowRight: () => follow("later"), z: () => follow("zone"),
  l: () => follow("lanes"), T: figures, y: why,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
  if (Object.hasOwn(KEYS, event.key) && KEYS[event.key]()) event.preventDefault();
});

for (const chart of document.querySelectorAll("[data-brush]")) {
  const edges = chart.dataset.edges.split(" ").map(Number);
  const begin = Number(chart.dataset.begin);
  const end = Number(chart.dataset.end);
  const left = Number(chart.dataset.left);
  const width = chart.viewBox.baseVal.width - left;
  const drawn = chart.querySelector(".drawn");
  let from = null;
  let moved = false;

  const place = (event) => {
    const box = chart.getBoundingClientRect();
    const x = (event.clientX - box.left) * chart.viewBox.baseVal.width / box.width;
    return Math.min(Math.max(x, left), left + width);
  };
  const time = (x) => begin + (end - begin) * (x - left) / width;
  const before = (us) => edges.findLast((edge) => edge <= us) ?? edges[0];
  const after = (us) => edges.find((edge) => edge >= us) ?? edges.at(-1);

  chart.addEventListener("dragstart", (event) => event.preventDefault());
  chart.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = place(event);
    moved = false;
  });
  chart.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const x = place(event);
    if (!moved && Math.abs(x - from) < 4) return;
    if (!moved) chart.setPointerCapture(event.pointerId);
    moved = true;
    drawn.setAttribute("x", String(Math.min(from, x)));
    drawn.setAttribute("width", String(Math.abs(x - from)));
  });
  chart.addEventListener("pointerup", (event) => {
    if (from !== null && moved) {
      const x = place(event);
      const low = before(time(Math.min(from, x)));
      const high = after(time(Math.max(from, x)));
      const address = new URL(chart.dataset.address, location.href);
      address.searchParams.set("begin", String(low));
      address.searchParams.set("end", String(high));
      location.assign(address);
    }
    from = null;
  });
  chart.addEventListener("pointercancel", () => {
    from = null;
    drawn.setAttribute("width", "0");
  });
  chart.addEventListener("click", (event) => {
    if (moved) event.preventDefault();
  }, true);
}
document.documentElement.classList.add("has-timeline");

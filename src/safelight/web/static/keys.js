/* The keys: every act that a page has by mouse, by keyboard. Nothing here fetches anything but the item pane. */
/* Said once every module of the page listens: a key that is shown works. */
document.addEventListener("DOMContentLoaded", () => document.documentElement.classList.add("has-js"));

const rows = () => [...document.querySelectorAll("[data-row]")];
let at = rows().findIndex((row) => row.getAttribute("aria-selected") === "true");
let goes = false;
let pane = 0;

function select(index) {
  const all = rows();
  if (!all.length) return;
  at = Math.min(Math.max(index, 0), all.length - 1);
  all.forEach((row, n) => {
    row.classList.toggle("is-row", n === at);
    row.tabIndex = n === at ? 0 : -1;
    if (row.closest(".items, .acct")) row.setAttribute("aria-selected", String(n === at));
  });
  all[at].focus({ preventScroll: true });
  all[at].scrollIntoView({ block: "nearest" });
  show(all[at]);
}

/* The pane follows the row after a moment, so that running down a list does not show (and log) every row on the way. */
function show(row) {
  const link = row.querySelector("[data-pane]");
  if (!link || !window.htmx) return;
  clearTimeout(pane);
  pane = setTimeout(() => {
    htmx.ajax("GET", link.dataset.pane, { target: "#inspector", swap: "innerHTML" });
    history.replaceState(null, "", link.dataset.pane);
  }, 180);
}

function follow(selector) {
  const link = document.querySelector(selector);
  if (link) link.click();
  return Boolean(link);
}

function focus(selector) {
  const field = document.querySelector(selector);
  if (!field) return false;
  field.focus();
  field.scrollIntoView({ block: "nearest" });
  return true;
}

/* What a page says of a key: `data-key` on a link, button or field. Where it opens what is folded, `data-into` takes its first field. */
function press(key) {
  if (!/^[a-zA-Z]$/.test(key)) return false;
  const there = document.querySelector(`[data-key="${key}"]`);
  if (!there) return false;
  if (there.matches("input, select, textarea")) {
    there.focus();
    there.select?.();
    return true;
  }
  there.click();
  if (there.matches("summary[data-into]")) there.parentElement.querySelector("input:not([type=hidden])")?.focus();
  return true;
}

function why() {
  return focus("#why") || focus("#inspector");
}

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (typing(event.target)) event.target.blur();
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (goes) {
    goes = false;
    if (/^[a-z]$/.test(event.key) && follow(`[data-go="${event.key}"]`)) event.preventDefault();
    return;
  }
  const current = rows()[at];
  const acts = {
    g: () => { goes = true; setTimeout(() => { goes = false; }, 1500); return true; },
    j: () => { select(at + 1); return true; },
    k: () => { select(at - 1); return true; },
    "/": () => focus("#query") || focus("#find"),
    f: () => focus("#filter"),
    "[": () => follow("#previous"),
    "]": () => follow("#next"),
    y: why,
    i: () => follow(".actions a[href^='/items']"),
    "?": () => { document.getElementById("help").showModal(); return true; },
    Enter: () => {
      if (!current || event.target.closest("a, button, summary")) return false;
      location.assign(current.dataset.open);
      return true;
    },
  };
  const done = Object.hasOwn(acts, event.key) ? acts[event.key]() : press(event.key);
  if (done) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const hash = event.target.closest("[data-copy]");
  if (hash) navigator.clipboard?.writeText(hash.dataset.copy);
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, input")) select(rows().indexOf(row));
});

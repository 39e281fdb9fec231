/* Keys of the pages about who is who. Every act is a link, a radio or a form already; keys choose, focus and follow. */
const typing = (target) => target.closest("input:not([type=radio]), textarea, select, [contenteditable]");
const bar = document.querySelector("form.decide");
const record = bar?.querySelector("button.primary");

/* Record lights up when a choice, its grading and a reason are there. */
function light() {
  if (!record) return;
  const reason = bar.querySelector("input[name=reason]");
  record.disabled = !bar.checkValidity() || !reason.value.trim();
}

function choose(n) {
  const choice = bar?.querySelectorAll("input[type=radio]")[n];
  if (!choice) return false;
  choice.checked = true;
  choice.focus();
  light();
  return true;
}

function focus(selector) {
  const field = document.querySelector(selector);
  if (!field) return false;
  field.focus();
  field.scrollIntoView({ block: "nearest" });
  return true;
}

function open(act) {
  const details = document.querySelector(`details[data-act="${act}"]`);
  if (!details) return false;
  details.open = true;
  details.querySelector("input:not([type=hidden]), textarea")?.focus();
  details.scrollIntoView({ block: "nearest" });
  return true;
}

function follow(selector) {
  const link = document.querySelector(selector);
  if (link) link.click();
  return Boolean(link);
}

const KEYS = {
  1: () => choose(0), 2: () => choose(1), 3: () => choose(2),
  r: () => focus("form.decide input[name=reason]"),
  u: () => open("undo"),
  S: () => open("split") || follow("[data-act='split-page']"),
  M: () => open("merge"),
  J: () => follow("#next-proposal"),
  T: () => follow("[data-act='table']"),
  m: () => follow("[data-act='matrix']"),
  w: () => follow("[data-act='weakest']"),
  p: () => follow("[data-act='person']"),
  z: () => follow("[data-act='zone']"),
};

bar?.addEventListener("input", light);
light();

let goes = false;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    document.querySelectorAll("details[data-act][open]").forEach((one) => { one.open = false; });
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (goes) { goes = false; return; }
  if (event.key === "g") { goes = true; setTimeout(() => { goes = false; }, 1500); return; }
  if (Object.hasOwn(KEYS, event.key) && KEYS[event.key]()) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, { capture: true });

/* The reader's keys. They come before those of every page (keys.js), which have other uses for some of them. */
export function keys(reader) {
  let goes = false, chosen = null;
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  /* The forms act on the line that the pane shows: it must be the selected one before a form opens. */
  async function open(letter) {
    await reader.showPane(reader.selected);
    if (reader.paneShows !== reader.selected) return;
    const details = document.querySelector(`#inspector [data-act="${letter}"]`);
    if (!details) return;
    details.open = true;
    details.querySelector("input:not([type=hidden]), textarea").focus();
  }

  function act(letter) {
    if (reader.selected === null) return false;
    open(letter);
    return true;
  }

  async function day(step) {
    const position = await reader.place({ day: step > 0 ? "next" : "previous", from: reader.selected ?? reader.top() });
    if (position !== null) reader.select(position, "start");
  }

  function zone() {
    const all = [...document.querySelectorAll("#zones a")];
    const now = all.findIndex((one) => one.hasAttribute("aria-current"));
    const next = all[(now + 1) % all.length];
    const address = new URL(next.href);
    if (reader.selected === null) address.searchParams.set("line", reader.top() + 1);
    location.assign(address);
    return true;
  }

  /* Two presses choose a range of lines for the export. */
  function choose() {
    const link = document.getElementById("export"), here = reader.selected ?? reader.top();
    const [from, to] = chosen === null ? [here, here] : [Math.min(chosen, here), Math.max(chosen, here)];
    const address = new URL(link.href);
    address.searchParams.set("from", from + 1);
    address.searchParams.set("to", to + 1);
    link.href = address;
    link.dataset.range = `${from + 1}–${to + 1}`;
    chosen = chosen === null ? here : null;
    return true;
  }

  const acts = {
    j: () => { reader.select(reader.selected === null ? reader.top() : reader.selected + 1); return true; },
    k: () => { reader.select(reader.selected === null ? reader.top() : reader.selected - 1); return true; },
    J: () => { day(1); return true; },
    K: () => { day(-1); return true; },
    n: () => reader.hit(1),
    N: () => reader.hit(-1),
    z: zone,
    m: () => act("m"),
    w: () => act("w"),
    t: () => act("t"),
    x: choose,
    d: () => {
      const dates = document.getElementById("datebox");
      dates.open = true;
      dates.querySelector("input[name=date]").focus();
      return true;
    },
    Home: () => { reader.select(0, "start"); return true; },
    End: () => { reader.select(reader.total - 1, "end"); return true; },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      document.querySelectorAll("#datebox[open], #inspector details[open]").forEach((one) => { one.open = false; });
      return;
    }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (goes) { goes = false; return; }
    if (event.key === "g") { goes = true; setTimeout(() => { goes = false; }, 1500); return; }
    if (event.code === "Space" && !event.target.closest("[data-sealed], a, button, summary")) {
      /* Space opens the pictures of the selected line, never the first one of the page. */
      const picture = document.querySelector("li.line[aria-current] [data-sealed]");
      if (picture) picture.focus({ preventScroll: true });
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (Object.hasOwn(acts, event.key) && acts[event.key]()) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, { capture: true });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-copy-link]");
    if (!link || !navigator.clipboard) return;
    event.preventDefault();
    navigator.clipboard.writeText(link.href);
  });
}

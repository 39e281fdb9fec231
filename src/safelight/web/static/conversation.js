/* The reader of a conversation: a virtual list over all its lines, of which only those near the screen are fetched and in the
   document. One segment of positions is under the scroll bar at a time, because browsers end elements at some ten million
   pixels; the rail at the right stands for the whole. Without this module the page is a paged list. */
import "./virtual_ground.js";
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from "./vendor/virtual-core/index.js";
import { Lines } from "./conversation_fetch.js";
import { keys } from "./conversation_keys.js";

/* Lines under the scroll bar at once, and how near its ends the segment moves on. */
const SEGMENT = 100_000, NEAR = 2_000;
const ESTIMATE = 28;

const box = document.getElementById("reader");
const list = document.getElementById("lines");

class Reader {
  constructor() {
    this.path = box.dataset.path;
    this.query = box.dataset.query;
    this.total = Number(box.dataset.total);
    this.selected = box.dataset.selected === "" ? null : Number(box.dataset.selected);
    this.paneShows = this.selected;
    this.hits = box.dataset.hits ? box.dataset.hits.split(" ").map(Number) : [];
    this.base = 0;
    this.first = this.last = 0;
    this.lines = new Lines(box, list, () => this.paint());
    this.rebase(Number(box.dataset.line));
    this.list = new Virtualizer(this.options());
    this.unmount = this.list._didMount();
    this.list._willUpdate();
    this.goTo(Number(box.dataset.line), this.selected === null ? "start" : "center");
    document.documentElement.classList.add("is-virtual");
  }

  options() {
    const base = this.base;
    return {
      count: Math.min(SEGMENT, this.total - base),
      getScrollElement: () => box,
      estimateSize: () => ESTIMATE,
      getItemKey: (index) => base + index,
      overscan: 12,
      paddingStart: 4,
      paddingEnd: 16,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.paint(),
    };
  }

  /* The segment in whose middle a position lies. */
  rebase(position) {
    const most = Math.max(this.total - SEGMENT, 0);
    this.base = Math.max(0, Math.min(position - SEGMENT / 2, most));
  }

  /* Near an end of the segment it moves on, with the line at the top of the screen staying where it is. */
  moveOn() {
    const ends = [this.first - this.base < NEAR && this.base > 0,
      this.base + SEGMENT - this.last < NEAR && this.base + SEGMENT < this.total];
    if (!ends.includes(true)) return;
    const top = this.top(), within = box.scrollTop - this.list.getOffsetForIndex(top - this.base, "start")[0];
    this.rebase(top);
    this.list.setOptions(this.options());
    this.list._willUpdate();
    this.list.scrollToOffset(this.list.getOffsetForIndex(top - this.base, "start")[0] + within);
    this.paint();
  }

  /* The first line on the screen. */
  top() {
    const found = this.list.getVirtualItemForOffset(box.scrollTop + 8);
    return this.base + (found ? found.index : 0);
  }

  paint() {
    if (!this.list) return;
    const items = this.list.getVirtualItems();
    if (!items.length) return;
    list.style.height = `${this.list.getTotalSize()}px`;
    this.first = this.base + items[0].index;
    this.last = this.base + items.at(-1).index;
    const wanted = new Set();
    let before = null;
    for (const item of items) {
      const position = this.base + item.index;
      const line = this.lines.at(position);
      wanted.add(line);
      line.dataset.index = item.index;
      line.style.transform = `translateY(${item.start}px)`;
      if (this.selected === position) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
      const next = before ? before.nextSibling : list.firstChild;
      if (next !== line) list.insertBefore(line, next);
      before = line;
    }
    for (const line of [...list.children]) if (!wanted.has(line)) line.remove();
    for (const line of wanted) this.list.measureElement(line);
    this.lines.want(this.first, this.last);
    light(this.top(), this.last);
    clearTimeout(this.settled);
    this.settled = setTimeout(() => this.moveOn(), 120);
  }

  async goTo(position, align = "center") {
    position = Math.max(0, Math.min(position, this.total - 1));
    await this.lines.ensure(Math.max(position - 24, 0), Math.min(position + 40, this.total - 1));
    if (position < this.base || position >= this.base + SEGMENT) {
      this.rebase(position);
      this.list.setOptions(this.options());
      this.list._willUpdate();
    }
    this.list.scrollToIndex(position - this.base, { align });
    this.paint();
  }

  async select(position, align = "auto") {
    position = Math.max(0, Math.min(position, this.total - 1));
    this.selected = position;
    await this.goTo(position, align);
    const line = this.lines.at(position);
    line.tabIndex = -1;
    line.focus({ preventScroll: true });
    clearTimeout(this.pane);
    this.pane = setTimeout(() => this.showPane(position), 180);
  }

  /* The pane follows after a moment, so that running down a conversation does not show (and log) every line on the way. */
  showPane(position) {
    clearTimeout(this.pane);
    const line = this.lines.at(position);
    if (this.selected !== position || !line.dataset.at || !window.htmx) return Promise.resolve();
    if (this.paneShows === position) return Promise.resolve();
    if (this.showing?.position !== position) {
      const asked = this.getPane(line.dataset.at, position);
      this.showing = { position, asked };
      asked.finally(() => { if (this.showing?.asked === asked) this.showing = null; });
    }
    return this.showing.asked;
  }

  async getPane(trace, position) {
    const query = new URLSearchParams(this.query);
    query.set("at", trace);
    const address = String(query);
    history.replaceState(null, "", `${this.path}?${address}`);
    for (const zone of document.querySelectorAll("#zones a")) {
      query.set("z", zone.dataset.zone);
      zone.href = `${this.path}?${query}`;
    }
    await window.htmx.ajax("GET", `${this.path}/why?${address}`, { target: "#inspector", swap: "innerHTML" });
    this.paneShows = document.querySelector("#inspector input[name=at]")?.value === trace ? position : null;
  }

  async place(more) {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    const answer = await fetch(`${this.path}/place?${query}`, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).position : null;
  }

  /* The next hit behind the selected line (or the top of the screen), or the one before it. */
  hit(step) {
    if (!this.hits.length) return false;
    const here = this.selected ?? this.top();
    const found = step > 0 ? this.hits.find((one) => one > here) : this.hits.findLast((one) => one < here);
    if (found === undefined) return true;
    const counter = document.querySelector("#hits .at");
    if (counter) counter.textContent = String(this.hits.indexOf(found) + 1);
    this.select(found, "center");
    return true;
  }
}

/* The part of the rail that is on the screen. */
function light(first, last) {
  for (const bar of document.querySelectorAll("#rail a")) {
    const from = Number(bar.dataset.first), to = from + Number(bar.dataset.lines);
    const lit = from <= last && to > first;
    bar.lastElementChild.setAttribute("class", lit ? "flamp" : "fl");
  }
}

function rail(reader) {
  const drawn = document.getElementById("rail");
  let held = false;
  const follow = (event) => {
    const bars = [...drawn.querySelectorAll("a")];
    const near = bars.map((bar) => bar.getBoundingClientRect()).map((at) => Math.abs((at.top + at.bottom) / 2 - event.clientY));
    const bar = bars[near.indexOf(Math.min(...near))];
    if (bar) reader.goTo(Number(bar.dataset.first), "start");
  };
  drawn.addEventListener("pointerdown", (event) => { held = true; drawn.setPointerCapture(event.pointerId); follow(event); event.preventDefault(); });
  drawn.addEventListener("pointermove", (event) => { if (held) follow(event); });
  for (const name of ["pointerup", "pointercancel"]) drawn.addEventListener(name, () => { held = false; });
  drawn.addEventListener("click", (event) => event.preventDefault());
}

if (box && list && Number(box.dataset.total)) {
  const reader = new Reader();
  rail(reader);
  keys(reader);
  list.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const reply = event.target.closest("[data-go-line]");
    if (reply) {
      event.preventDefault();
      reader.select(Number(reply.dataset.goLine), "center");
      return;
    }
    const link = event.target.closest("a:not(.tm), button, summary, [data-sealed]");
    const line = event.target.closest("li.line");
    if (link || !line || !line.dataset.at || String(getSelection())) return;
    event.preventDefault();
    reader.select(Number(line.dataset.p));
  });
  for (const [name, step] of [["next", 1], ["before", -1]]) {
    document.querySelector(`[data-hit="${name}"]`)?.addEventListener("click", (event) => {
      event.preventDefault();
      reader.hit(step);
    });
  }
  window.reader = reader;
}

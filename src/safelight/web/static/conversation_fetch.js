/* Lines of a conversation by position: those that are here, those that were asked for, and a grey stand-in for the rest.
   Lines are fetched only when scrolling rests for a moment, so that what flies past is neither shown nor logged. */
const PIECE = 100, KEPT = 4_000, REST_MS = 70;

export class Lines {
  constructor(box, list, changed) {
    this.box = box;
    this.changed = changed;
    this.here = new Map();
    this.asked = new Map();
    for (const line of [...list.querySelectorAll("li.line")]) this.here.set(Number(line.dataset.p), line);
  }

  /* The line at a position, or what stands for it. */
  at(position) {
    const found = this.here.get(position);
    if (found) return found;
    const line = document.createElement("li");
    line.className = "line waiting";
    line.dataset.p = position;
    line.textContent = this.box.dataset.waiting;
    this.here.set(position, line);
    return line;
  }

  want(first, last) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.ensure(first, last), REST_MS);
    this.forget(first, last);
  }

  /* Fetch what is missing from first to last; resolves when it is here. */
  async ensure(first, last) {
    const pieces = new Set();
    for (let position = first; position <= last; position += 1) {
      if (!this.here.get(position)?.dataset.at) pieces.add(Math.floor(position / PIECE));
    }
    await Promise.all([...pieces].map((piece) => this.fetch(piece)));
  }

  fetch(piece) {
    if (!this.asked.has(piece)) {
      this.asked.set(piece, this.get(piece).finally(() => this.asked.delete(piece)));
    }
    return this.asked.get(piece);
  }

  async get(piece) {
    const query = new URLSearchParams(this.box.dataset.query);
    query.set("from", piece * PIECE);
    query.set("count", PIECE);
    let text = "";
    try {
      const answer = await fetch(`${this.box.dataset.path}/lines?${query}`, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      text = await answer.text();
    } catch (error) {
      this.failed(piece, error);
      return;
    }
    const template = document.createElement("template");
    template.innerHTML = text;
    for (const line of [...template.content.querySelectorAll("li.line")]) {
      const position = Number(line.dataset.p), old = this.here.get(position);
      if (old?.dataset.at) continue;
      this.here.set(position, line);
      old?.remove();
    }
    this.changed();
  }

  failed(piece, error) {
    for (let position = piece * PIECE; position < (piece + 1) * PIECE; position += 1) {
      const line = this.here.get(position);
      if (line && !line.dataset.at) line.textContent = `${this.box.dataset.failed} ${error.message}`;
    }
  }

  /* Lines far from the screen go, so that reading a million does not keep a million. */
  forget(first, last) {
    if (this.here.size < KEPT) return;
    for (const position of this.here.keys()) {
      if (position < first - KEPT / 4 || position > last + KEPT / 4) this.here.delete(position);
    }
  }
}

/* Sealed pictures open only while a key or button is held. The picture comes by POST, lives in an object URL and is
   gone on release, on loss of focus and when the page is hidden. */
let open = null;

async function begin(box) {
  if (open) return;
  const mine = { box, url: null, since: 0, gone: new AbortController() };
  open = mine;
  try {
    const answer = await fetch(`${box.dataset.sealed}/opened`, {
      method: "POST", cache: "no-store", credentials: "same-origin", signal: mine.gone.signal,
      headers: { Accept: "image/jpeg, application/json" },
    });
    if (!answer.ok) return refused(mine, await answer.json());
    const bytes = await answer.blob();
    mine.since = performance.now();
    if (open !== mine) return closed(mine);
    mine.url = URL.createObjectURL(bytes);
    const picture = document.createElement("img");
    picture.className = "openpic";
    picture.alt = "";
    picture.src = mine.url;
    box.append(picture);
    box.classList.add("is-open");
  } catch (error) {
    if (error.name !== "AbortError") refused(mine, { what: error.message, next: "", code: "E-NETWORK" });
    else if (open === mine) open = null;
  }
}

/* A picture that does not open says why in its own place. */
function refused(mine, why) {
  if (open === mine) open = null;
  mine.box.querySelectorAll(".shut").forEach((old) => old.remove());
  const note = document.createElement("span");
  note.className = "shut";
  note.setAttribute("role", "alert");
  note.textContent = [why.what, why.next, why.code].filter(Boolean).join(" · ");
  mine.box.append(note);
}

function end() {
  if (!open) return;
  const mine = open;
  open = null;
  mine.box.querySelectorAll(".openpic").forEach((picture) => picture.remove());
  mine.box.classList.remove("is-open");
  if (mine.url) {
    URL.revokeObjectURL(mine.url);
    closed(mine);
  } else {
    mine.gone.abort();
  }
}

function closed(mine) {
  const seconds = Math.round(performance.now() - mine.since);
  fetch(`${mine.box.dataset.sealed}/closed?ms=${seconds}`, { method: "POST", keepalive: true, credentials: "same-origin" });
}

document.addEventListener("error", (event) => {
  if (event.target.classList?.contains("sealedpic")) event.target.remove();
}, true);

const typing = (target) => target.closest("input, textarea, select, button, summary, a");

document.addEventListener("keydown", (event) => {
  if (event.code !== "Space" || typing(event.target)) return;
  const box = event.target.closest("[data-sealed]") || document.querySelector("[data-sealed]");
  if (!box) return;
  event.preventDefault();
  if (!event.repeat) begin(box);
});
document.addEventListener("keyup", (event) => { if (event.code === "Space") end(); });
document.addEventListener("pointerdown", (event) => {
  const box = event.target.closest("[data-sealed]");
  if (box && event.button === 0) begin(box);
});
for (const name of ["pointerup", "pointercancel", "contextmenu"]) document.addEventListener(name, end);
window.addEventListener("blur", end);
window.addEventListener("pagehide", end);
document.addEventListener("visibilitychange", () => { if (document.hidden) end(); });

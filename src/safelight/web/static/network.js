/* The network's slider and keys. Moving a handle shows the months at once; the picture follows when it is let go, so that
   running over the years does not show (and log) every month on the way. */
const page = document.querySelector(".netp");
const month = (number) => `${String(Math.floor(number / 12)).padStart(4, "0")}-${String((number % 12) + 1).padStart(2, "0")}`;

function ends() {
  const values = [...page.querySelectorAll("#slider input[type=range]")].map((one) => Number(one.value));
  return [Math.min(...values), Math.max(...values)];
}

page.addEventListener("input", (event) => {
  if (event.target.type !== "range") return;
  page.querySelector("#window").textContent = ends().map(month).join(" … ");
});

page.addEventListener("change", (event) => {
  if (event.target.type !== "range") return;
  const wanted = new URLSearchParams(new FormData(page.querySelector("#slider")));
  wanted.delete("a");
  wanted.delete("b");
  const [first, last] = ends().map(month);
  wanted.set("from", first);
  wanted.set("to", last);
  const address = `/network?${wanted}`;
  const name = event.target.name;
  if (!window.htmx) {
    location.assign(address);
    return;
  }
  htmx.ajax("GET", address, { target: "#netview", swap: "outerHTML" }).then(() => {
    history.replaceState(null, "", address);
    page.querySelector(`#slider input[name=${name}]`)?.focus();
  });
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=range]), textarea, select") || document.querySelector("dialog[open]")) return;
  const link =
    event.key === "m"
      ? page.querySelector("[data-key='m']")
      : event.key === "e"
        ? document.activeElement?.closest("a.node") || largest()
        : null;
  if (!link) return;
  event.preventDefault();
  location.assign(link.getAttribute("href"));
});

function largest() {
  const size = (one) => Number(one.querySelector("circle").getAttribute("r"));
  return [...page.querySelectorAll("a.node.community, a.node.account:not(.here)")].sort((a, b) => size(b) - size(a))[0];
}
document.documentElement.classList.add("has-network");

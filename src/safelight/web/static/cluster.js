/* The cluster's graph, to be moved, enlarged and asked. It is made of the picture that the server drew, which stays where no
   script runs; whoever uses no mouse has the list below it. Nothing is fetched. */
import cytoscape from "./vendor/cytoscape/cytoscape.esm.min.mjs";

const drawing = document.querySelector("svg.graph");
const place = document.querySelector(".graphbox .live");
const bar = document.querySelector(".graphbar");
const told = bar.querySelector(".told");
const untold = told.textContent;

/* Where there is none of this name cytoscape writes one into the page, which the policy of the workbench forbids. */
document.querySelector("link[href$='/identities.css']").id = "__________cytoscape_stylesheet";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const FONT = colour("sans");

function accounts() {
  return [...drawing.querySelectorAll("a[data-node]")].map((one) => ({
    group: "nodes",
    position: { x: Number(one.dataset.x), y: Number(one.dataset.y) },
    classes: one.dataset.css || "decided",
    data: {
      id: one.dataset.node, href: one.getAttribute("href"), width: Number(one.dataset.width),
      band: colour(`c${one.dataset.colour}`), label: `${one.dataset.badge}  ${one.dataset.name}\n${one.dataset.told}`,
      told: `${one.dataset.badge} ${one.querySelector("title").textContent} · ${one.dataset.told}`,
    },
  }));
}

function links() {
  const kinds = new Map([...document.querySelectorAll("[data-tie]")].map((row) => [row.dataset.tie, row.cells[2].textContent.trim()]));
  const name = (id) => drawing.querySelector(`a[data-node="${CSS.escape(id)}"] title`).textContent;
  return [...drawing.querySelectorAll("a[data-from]")].map((one) => {
    const { from, to, label, strength, css } = one.dataset;
    const figure = Number(strength).toFixed(2);
    return {
      group: "edges",
      classes: css,
      data: {
        id: `${from} ${to}`, source: from, target: to, label, href: one.getAttribute("href"), thick: 1.2 + 2.4 * Number(strength),
        told: `${name(from)} – ${name(to)}: ${[label || figure, kinds.get(`${from} ${to}`)].filter(Boolean).join(" · ")}`,
      },
    };
  });
}

const LOOK = [
  { selector: "node", style: {
    shape: "round-rectangle", width: "data(width)", height: 38, "border-width": 1.2, "border-color": colour("control"), "border-style": "dashed",
    "background-fill": "linear-gradient", "background-gradient-direction": "to-right",
    "background-gradient-stop-colors": (one) => `${one.data("band")} ${one.data("band")} ${colour("raised")} ${colour("raised")}`,
    "background-gradient-stop-positions": (one) => `0 ${500 / one.data("width")} ${500 / one.data("width")} 100`,
    label: "data(label)", "text-wrap": "wrap", "text-valign": "center", "font-family": FONT, "font-size": 11.5, "line-height": 1.25, color: colour("text"),
  } },
  { selector: "node.decided", style: {
    "border-style": "solid", "border-color": colour("text-2"), "underlay-color": colour("ok"), "underlay-opacity": 0.16, "underlay-padding": 7,
    "underlay-shape": "round-rectangle",
  } },
  { selector: "node.not", style: { "border-color": colour("against"), "border-style": "dotted" } },
  { selector: "edge", style: {
    width: "data(thick)", "curve-style": "straight", "line-color": colour("control"), "line-style": "dashed", label: "data(label)",
    "font-family": FONT, "font-size": 11, color: colour("text-2"), "text-background-color": colour("panel"), "text-background-opacity": 1,
    "text-background-padding": 3, "text-background-shape": "round-rectangle",
  } },
  { selector: "edge.ed3", style: { "line-style": "solid", "line-color": colour("text-2") } },
  { selector: "edge.cant", style: { "line-style": "dotted", "line-color": colour("against"), color: colour("against") } },
  { selector: "edge.edl", style: { "line-color": colour("lamp"), color: colour("lamp"), "font-weight": "bold", width: 3, "z-index": 5 } },
  { selector: "edge.edl.solid", style: { "line-style": "solid" } },
  { selector: ".faint", style: { "line-opacity": 0.45 } },
  { selector: ".quiet", style: { opacity: 0.22 } },
  { selector: ".lit", style: { "z-index": 9 } },
  { selector: "edge.lit", style: { "line-opacity": 1, "line-color": colour("lamp") } },
  { selector: "node.lit", style: { "border-color": colour("lamp"), "border-width": 2 } },
  { selector: "node.leaves", style: { "border-color": colour("lamp"), "border-width": 3, "border-style": "solid" } },
  { selector: "edge.parted", style: { "line-color": colour("lamp"), "line-style": "dotted", "line-opacity": 1 } },
];

function point(graph, one) {
  told.textContent = one.data("told");
  place.style.cursor = "pointer";
  const near = one.isNode() ? one.closedNeighborhood() : one.union(one.connectedNodes());
  graph.elements().not(near).addClass("quiet");
  (one.isNode() ? one.connectedEdges().union(one) : one).addClass("lit");
}

function leave(graph) {
  told.textContent = untold;
  place.style.cursor = "";
  graph.elements().removeClass("quiet lit");
}

/* What would split the person: who leaves is framed, what would be parted is dotted. */
function split(graph, button) {
  const pressed = button.getAttribute("aria-pressed") === "true";
  for (const one of document.querySelectorAll("[data-leaves]")) one.setAttribute("aria-pressed", String(one === button && !pressed));
  graph.elements().removeClass("leaves parted");
  if (pressed) return;
  const leaving = new Set(button.dataset.leaves.split(" "));
  graph.nodes().filter((one) => leaving.has(one.id())).addClass("leaves");
  graph.edges().filter((one) => !one.hasClass("cant") && leaving.has(one.source().id()) !== leaving.has(one.target().id())).addClass("parted");
  place.scrollIntoView({ block: "nearest" });
}

function whole(graph) {
  graph.resize();
  graph.fit(undefined, 12);
  if (graph.zoom() > 1.15) graph.zoom(1.15);
  graph.center();
}

function show() {
  place.hidden = bar.hidden = false;
  place.style.height = `${drawing.viewBox.baseVal.height}px`;
  const graph = cytoscape({
    container: place, elements: [...accounts(), ...links()], style: LOOK, layout: { name: "preset" },
    minZoom: 0.3, maxZoom: 3, userZoomingEnabled: false, boxSelectionEnabled: false, autounselectify: true,
  });
  drawing.setAttribute("hidden", "");
  whole(graph);
  graph.on("mouseover", "node, edge", (event) => point(graph, event.target));
  graph.on("mouseout", "node, edge", () => leave(graph));
  graph.on("tap", "node, edge", (event) => location.assign(event.target.data("href")));
  bar.addEventListener("click", (event) => {
    const by = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (by === "whole") whole(graph);
    else if (by) graph.zoom({ level: graph.zoom() * Number(by), renderedPosition: { x: place.clientWidth / 2, y: place.clientHeight / 2 } });
  });
  for (const button of document.querySelectorAll("[data-leaves]")) {
    button.hidden = false;
    button.addEventListener("click", () => split(graph, button));
  }
  new ResizeObserver(() => whole(graph)).observe(place);
  document.documentElement.classList.add("has-graph");
}

/* Letters on a canvas are drawn once: with the fonts of the workbench they must be there. */
document.fonts.ready.then(show);

// Groups of items that lie together, named by what sets them apart; where nothing does, they are called unnamed.

import { get } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { counted, fixed, whole } from "../numbers.js";
import { filler } from "./filling.js";

const ZOOM = 4; // to look at one
const LONGEST = 28; // letters of a name on the map

export function clustersPart(context) {
  const { state, map } = context;
  const list = h("div");
  const fill = filler(list);
  const box = h("input", { type: "checkbox", checked: state.names, onchange: () => context.change({ names: box.checked }) });
  const element = h("details", { class: "panel" }, h("summary", {}, "Clusters"), list);
  let clusters = [];
  const named = () => clusters.filter((one) => one.name).map((one) => ({ ...one, name: shortened(one.name) }));
  const write = () => map.setClusters(state.names ? named() : []);
  const show = (answer) => {
    clusters = answer.clusters;
    write();
    replace(list, overview(clusters, map));
  };
  return {
    element,
    controls: [h("label", { class: "beside" }, box, "Names of clusters")],
    parts: [
      { keys: ["plane"], update: () => fill((signal) => get("map/clusters", context.plane(), signal), show) },
      { keys: ["names"], update: write },
    ],
  };
}

/** As many whole parts of a name as fit on the map, the strongest first; one at least. */
function shortened(name) {
  const parts = name.split(", ");
  while (parts.length > 1 && parts.join(", ").length > LONGEST) parts.pop();
  return parts.join(", ");
}

function overview(clusters, map) {
  const named = clusters.filter((one) => one.name).length;
  return [
    h("p", { class: "small soft" }, `${whole(named)} of ${whole(clusters.length)} have a name that chance would hardly give.`),
    h("ul", { class: "clusters" }, clusters.map((one) => h("li", {}, ...about(one, map)))),
  ];
}

/** Its name, which leads there, its size, the evidence, and its most rated items. */
function about(cluster, map) {
  const { name, x, y, size, p, items } = cluster;
  const look = () => map.look({ x, y, zoom: ZOOM });
  const evidence = p === null ? "" : `, p = ${fixed(p, 3)}`;
  return [
    h("button", { class: "title", type: "button", onclick: look }, name ? theirs(name) : "No name stands out"),
    h("span", { class: "soft small" }, ` ${counted(size, "item")}${evidence}`),
    h("p", { class: "small" }, items.flatMap((item, at) => [at ? ", " : "", theirs(item.title)]), size > items.length && " …"),
  ];
}

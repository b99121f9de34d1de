// The first screen: map, services, places; what a click on the map or a row shows.

import { placeLook } from "./colouring.js";
import { mapNote } from "./document.js";
import { villageTable } from "./listing.js";
import { pictureButton } from "./export.js";
import { makeChart, mapOptions } from "./layer.js";
import { layerControl, northArrow } from "./mapside.js";
import { areaLook, noWhatif, partCard, partLine, partsTable } from "./overview.js";
import { facilityCard, mapLegend, offMap, placeCard, siteCard } from "./panels.js";
import { el } from "./text.js";

export function makeWorkbench(page) {
  const { voice, parts, state } = page;
  parts.list = el("div", { class: "list-slot" });
  parts.detail = el("div", { class: "detail-slot" });
  parts.filters = el("div", { class: "filters" });
  parts.villages = el("div", { class: "villages-slot", id: "places", role: "region", tabindex: -1,
    "aria-label": page.data.parts ? voice.value(page.data.parts.kind) : voice.say("villages") });
  parts.moreButton = el("span", {});
  parts.more = el("div", { class: "more-slot" });
  parts.count = el("span", { class: "found", role: "status" });
  parts.legend = el("div", { class: "legend-slot" });
  parts.card = el("div", { class: "place-card", role: "dialog", tabindex: -1, hidden: true });
  parts.off = el("p", { class: "off-map" });
  parts.map = parts.map || el("div", { class: "map" });
  const search = el("input", {
    type: "search", class: "search", placeholder: voice.say("search"),
    "aria-label": voice.say("search"), value: state.search,
    input: (event) => { state.search = event.target.value; page.drawVillages(); },
  });
  parts.whatif = el("div", { class: "whatif" });
  parts.figures = el("div", { class: "figures" },
    el("div", { class: "upper" }, parts.list, parts.detail),
    page.whatif ? parts.whatif : noWhatif(page),
    el("div", { class: "lower" },
      page.data.parts ? null : el("div", { class: "bar-line" }, el("h2", {}, voice.say("villages")), parts.filters,
        search, parts.moreButton, parts.count),
      parts.more, parts.villages));
  parts.map.setAttribute("role", "region");
  parts.map.setAttribute("aria-label", voice.say("map_keys"));
  return el("section", { id: "map", class: "workbench" },
    el("h2", { class: "for-readers" }, voice.say("section_map")),
    el("div", { class: "map-side" }, partLine(page),
      el("div", { class: "map-frame" }, parts.map, mapNote(page), parts.card), parts.legend, parts.off),
    parts.figures);
}

export function startMap(page) {
  const { parts, data } = page;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(parts.map, { ...mapOptions, inertia: !calm, zoomAnimation: !calm });
  page.map = map;
  page.chart = makeChart(map, data.map);
  L.control.scale({ imperial: false, metric: true, position: "bottomright" }).addTo(map);
  page.chart.fit();
  const label = el("div", { class: "hover", hidden: true });
  parts.map.appendChild(label);
  map.on("click", (event) => page.clicked(event.containerPoint));
  map.on("mousemove", (event) => {
    const { place } = page.chart.hit(event.containerPoint);
    parts.map.classList.toggle("over", place !== null);
    label.hidden = place === null;
    if (place === null) return;
    label.textContent = page.voice.text(data.map.places.name[place]);
    label.style.left = event.containerPoint.x + 12 + "px";
    label.style.top = event.containerPoint.y + 10 + "px";
  });
  map.on("mouseout", () => { label.hidden = true; });
  page.zoom = null;
  page.drawZoom = () => {
    if (page.zoom) page.zoom.remove();
    page.zoom = L.control.zoom({
      zoomInTitle: page.voice.say("zoom_in"), zoomOutTitle: page.voice.say("zoom_out"),
    }).addTo(map);
    const all = el("a", { href: "#", role: "button", title: page.voice.say("zoom_all"),
      class: "zoom-all", click: (event) => { event.preventDefault(); page.chart.fit(); } }, "⤢");
    page.zoom.getContainer().appendChild(all);
    drawControls();
  };
  /** @type {[string, () => HTMLElement][]} */
  const beside = [["topleft", () => layerControl(page)],
    ["topleft", () => pictureButton(page)], ["bottomright", () => northArrow(page.voice)]];
  const controls = beside.map(([position, make]) => {
    const control = L.control({ position });
    const holder = el("div", {});
    L.DomEvent.disableClickPropagation(holder);
    L.DomEvent.disableScrollPropagation(holder);
    control.onAdd = () => holder;
    return { control, draw: () => holder.replaceChildren(make()) };
  });
  // Below the zoom buttons, in the language of the page, for the chosen service.
  const drawControls = () => {
    for (const { control, draw } of controls) {
      control.remove();
      control.addTo(map);
      draw();
    }
  };
  page.drawLayers = () => controls[0].draw();
}

export function addMapActions(page) {
  const { parts } = page;
  let layersOf = null; // the service whose list of further services is shown
  page.drawLegend = () => parts.legend.replaceChildren(mapLegend(page));
  page.drawMap = () => {
    page.chart.show(page.state.service, {
      showWays: page.state.ways, proposed: page.sites(page.state.service),
      look: placeLook(page), fill: areaLook(page),
    });
    page.chart.select(page.state.place);
    page.drawLegend();
    if (page.state.service !== layersOf) page.drawLayers();
    layersOf = page.state.service;
    parts.off.textContent = offMap(page);
    parts.off.hidden = parts.off.textContent === "";
    if (!page.behind) page.map.invalidateSize({ animate: false }); // the legend's height may have changed
  };
  page.drawVillages = () => {
    if (page.data.parts) {
      page.villageTable = partsTable(page);
      parts.villages.replaceChildren(page.villageTable.node);
      return;
    }
    const { table, count, filters, more } = villageTable(page);
    page.villageTable = table;
    parts.villages.replaceChildren(table.node);
    parts.filters.replaceChildren(...filters);
    parts.moreButton.replaceChildren(more.button);
    parts.more.replaceChildren(...(more.line ? [more.line] : []));
    parts.count.textContent = page.voice.say("places_found", { count: page.voice.count(count) });
  };
  page.closeCard = () => page.select(null, false); // keyboard.js gives the focus back, too
  const showCard = (...bodies) => {
    parts.card.hidden = bodies.length === 0;
    parts.card.replaceChildren(
      el("button", { type: "button", class: "close", "aria-label": page.voice.say("close"),
        click: () => page.closeCard() }, "×"),
      ...bodies,
    );
    const name = parts.card.querySelector("h3, b");
    parts.card.setAttribute("aria-label", name ? name.textContent : page.voice.say("section_map"));
  };
  // The place comes to the middle of what the card leaves free.
  const moveTo = (place) => {
    const point = page.map.latLngToContainerPoint(place);
    const half = page.map.getSize().divideBy(2);
    const free = half.x - parts.card.offsetWidth / 2;
    page.map.panBy([point.x - Math.max(free, 40), point.y - half.y],
      { animate: page.map.options.zoomAnimation });
  };
  page.select = (number, pan) => {
    page.state.place = number;
    page.chart.select(number);
    page.villageTable.choose(number);
    if (number === null) {
      showCard();
      return;
    }
    showCard(placeCard(page, number));
    const { lon, lat } = page.data.map.places;
    if (pan && lat[number] !== null) moveTo([lat[number], lon[number]]);
  };
  page.clicked = (point) => {
    if (page.whatif && page.whatif.clicked(point)) return;
    const { place, facility, site, area } = page.chart.hit(point);
    page.select(place, false);
    const bodies = [];
    const look = areaLook(page);
    const part = look && area !== null ? look.part(area) : null;
    if (part !== null) bodies.push(partCard(page, part));
    if (place !== null) bodies.push(placeCard(page, place));
    if (facility !== null) bodies.push(facilityCard(page, facility));
    if (site !== null) bodies.push(siteCard(page, site));
    const switchable = page.whatif && page.whatif.card(point);
    if (switchable) bodies.push(switchable);
    showCard(...bodies);
  };
}

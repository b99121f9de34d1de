// The same layer on a folium map in a notebook: status, facilities, ways, a legend, small cards.

import { makeChart, siteMark, swatch } from "./layer.js";
import { siteLines } from "./marks.js";
import { el, makeVoice } from "./text.js";
import { unpackPicture } from "./picture.js";
import { decode } from "./unpack.js";

const STATES = ["covered", "uncovered", "unknown"];

function styles() {
  document.head.appendChild(el("style", {}, [
    ".district-name span { position: absolute; transform: translate(-50%, -50%);",
    " white-space: nowrap; color: #47525c; font: 600 14px sans-serif; pointer-events: none;",
    " text-shadow: 0 0 3px #fff, 0 0 3px #fff, 0 0 5px #fff; }",
    " .leaflet-container { background: #eaf0f4; }",
    " .gapmap-box { background: #fff; border: 1px solid #dde2e6; padding: 6px 10px;",
    " font: 13px/1.5 sans-serif; color: #1f2a33; max-width: 360px; overflow-wrap: anywhere; }",
    " .gapmap-box div { display: flex; align-items: center; }",
    " .gapmap-box b { margin-left: auto; padding-left: 12px; }",
    " .gapmap-box .swatch { margin-right: 6px; flex: none; }",
    " .gapmap-card { font: 13px/1.5 sans-serif; overflow-wrap: anywhere; }",
  ].join("")));
}

function box(map, position, ...content) {
  const control = L.control({ position });
  control.onAdd = () => el("div", { class: "gapmap-box" }, content);
  control.addTo(map);
}

function legend(data, voice) {
  const { picture, service, sites } = data;
  const { places, statuses } = picture;
  const result = picture.services[service.id];
  const list = picture.facilities[service.id];
  const line = (kind, label, count) => (count
    ? el("div", {}, swatch(kind), label, el("b", {}, voice.count(count))) : null);
  const here = (name) => places.lon.filter((lon, i) => lon !== null
    && statuses[result.status[i]] === name).length;
  const built = (kind) => list.kind.filter((one, i) => one === kind && list.lon[i] !== null)
    .length;
  const lost = places.lon.filter((lon) => lon === null).length;
  return [
    el("strong", {}, voice.both(service.name)),
    STATES.map((name) => line(name, voice.value(name), here(name))),
    ["serves", "fails", "doubtful"].map((kind) =>
      line(kind, voice.say("facility_" + kind), built(kind))),
    sites ? siteLines(voice, sites).map(([, label, count, mark]) => line(mark, label, count)) : null,
    lost ? el("div", {}, voice.say("places_not_drawn", { count: voice.count(lost) })) : null,
  ];
}

function placeCard(data, voice, number) {
  const { picture, service } = data;
  const { places, statuses, reasons } = picture;
  const result = picture.services[service.id];
  const minutes = service.limit_unit === "minutes";
  const way = (minutes ? result.minutes : result.distance_m)[number];
  const lines = [
    [places.town[number], places.district[number]].filter(Boolean).join(" · "),
    voice.value(statuses[result.status[number]]) + " · "
      + voice.value(reasons[result.reason[number]]),
    way === null ? null : voice.say(minutes ? "time" : "distance") + " "
      + voice.measured(way, service.limit_unit, service.limit),
    result.facility[number] ? voice.say("nearest") + " " + result.facility[number] : null,
    voice.say("people") + " " + voice.count(places.people[number]),
  ];
  return [el("b", {}, voice.text(places.name[number])),
    lines.filter(Boolean).map((line) => el("div", {}, line))];
}

function card(data, voice, found) {
  const { picture, service, sites } = data;
  const told = [];
  if (found.place !== null) told.push(placeCard(data, voice, found.place));
  if (found.facility !== null) {
    const list = picture.facilities[service.id];
    told.push(el("div", {}, swatch(list.kind[found.facility]),
      voice.text(list.name[found.facility])));
  }
  if (found.site !== null) {
    told.push(el("div", {}, swatch(siteMark(sites, sites.phase ? sites.phase[found.site] : 1)),
      sites.name[found.site]),
      el("div", {}, sites.reason[voice.language][found.site]));
  }
  return told.length ? el("div", { class: "gapmap-card" }, told) : null;
}

async function showInNotebook(map, block) {
  const data = await decode(block);
  unpackPicture(data.picture, [data.service]);
  const voice = makeVoice(data.words, data.language);
  styles();
  if (map.attributionControl) map.attributionControl.setPrefix(false);
  const chart = makeChart(map, data.picture);
  chart.show(data.service.id, { proposed: data.sites });
  L.control.scale({ imperial: false, metric: true, position: "bottomright" }).addTo(map);
  box(map, "bottomleft", legend(data, voice));
  if (data.simulated.length) {
    box(map, "topright", el("strong", {}, "模拟数据 / simulated data "),
      data.simulated.join(", "));
  }
  map.on("click", (event) => {
    const shown = card(data, voice, chart.hit(event.containerPoint));
    if (shown) L.popup({ autoPan: true }).setLatLng(event.latlng).setContent(shown).openOn(map);
  });
  map.invalidateSize({ animate: false });
  const wide = map.getSize().x > 640;
  const legendWidth = map.getContainer().querySelector(".leaflet-bottom.leaflet-left")
    .offsetWidth;
  chart.fit(wide ? { paddingTopLeft: [legendWidth + 14, 14] } : {});
  document.documentElement.dataset.ready = "yes";
}

// gapmap/maps.py calls this with a folium map and the packed data.
window.gapmap = { notebook: showInNotebook };

// Leaflet within the widget's module: no global of the notebook is taken, and none left behind.

import leaflet from "../../vendor/leaflet.js";

export const L = leaflet.noConflict();

// Ours: Leaflet carries no types; see `L` in web/types.d.ts.
declare const leaflet: any;
export default leaflet;

// What we use of geojson-vt.js, for tsc.
export default class GeoJSONVT {
  constructor(data: any, options?: Record<string, unknown>);
  options: Record<string, any>;
  getTile(z: number, x: number, y: number): any;
}

// What we use of topojson-client.js, for tsc.
declare const topojson: {
  /** A feature (or a collection) of GeoJSON from a geometry of the topology. */
  feature(topology: any, object: any): any;
  /** Lines of the borders that the filter lets through. */
  mesh(topology: any, object?: any, filter?: (a: any, b: any) => boolean): any;
  merge(topology: any, objects: any[]): any;
  bbox(topology: any): [number, number, number, number];
};
export default topojson;
export const feature: typeof topojson.feature;
export const mesh: typeof topojson.mesh;
export const merge: typeof topojson.merge;

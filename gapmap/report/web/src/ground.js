// Positions for drawing and for finding: Web Mercator from 0 to 1, and a grid that says what is near.

const DEGREE = Math.PI / 180;
const FARTHEST = 85.0511287798; // where Web Mercator ends

export const across = (lon) => (lon + 180) / 360;
export function down(lat) {
  const sine = Math.sin(Math.max(-FARTHEST, Math.min(FARTHEST, lat)) * DEGREE);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

// Columns lon and lat as one array x0 y0 x1 y1 ...; NaN where there is no position.
export function pointsOf(list) {
  const made = new Float64Array(2 * list.lon.length);
  for (let at = 0; at < list.lon.length; at += 1) {
    const there = list.lon[at] !== null && list.lat[at] !== null;
    made[2 * at] = there ? across(list.lon[at]) : NaN;
    made[2 * at + 1] = there ? down(list.lat[at]) : NaN;
  }
  return made;
}

const lineOf = (pairs) => {
  const made = new Float64Array(2 * pairs.length);
  pairs.forEach(([lon, lat], at) => {
    made[2 * at] = across(lon);
    made[2 * at + 1] = down(lat);
  });
  return made;
};

// Shapes as lists of rings or lines, each an array x0 y0 x1 y1 ...; empty ones stay empty.
export const ringsOf = (shapes) => (shapes || []).map((polygons) =>
  polygons.reduce((all, rings) => all.concat(rings.map(lineOf)), []));
export const linesOf = (shapes) => (shapes || []).map((lines) => lines.map(lineOf));

// West, north, east, south of each shape; NaN for an empty one.
export function boxesOf(shapes) {
  const made = new Float64Array(4 * shapes.length).fill(NaN);
  shapes.forEach((rings, at) => {
    if (!rings.length) return;
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        box[0] = Math.min(box[0], ring[i]);
        box[1] = Math.min(box[1], ring[i + 1]);
        box[2] = Math.max(box[2], ring[i]);
        box[3] = Math.max(box[3], ring[i + 1]);
      }
    }
    made.set(box, 4 * at);
  });
  return made;
}

// What some of the boxes, four numbers each, lie in together: null where there are none.
/** @type {(boxes: Float64Array, wanted: (number: number) => unknown) => number[] | null} */
export function unionOf(boxes, wanted) {
  const all = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; 4 * at < boxes.length; at += 1) {
    if (Number.isNaN(boxes[4 * at]) || !wanted(at)) continue;
    all[0] = Math.min(all[0], boxes[4 * at]);
    all[1] = Math.min(all[1], boxes[4 * at + 1]);
    all[2] = Math.max(all[2], boxes[4 * at + 2]);
    all[3] = Math.max(all[3], boxes[4 * at + 3]);
  }
  return all[0] <= all[2] ? all : null;
}

export const boxesAround = (points) => {
  const made = new Float64Array(2 * points.length);
  for (let at = 0; 2 * at < points.length; at += 1) {
    made.set([points[2 * at], points[2 * at + 1], points[2 * at], points[2 * at + 1]], 4 * at);
  }
  return made;
};

// Whether a position lies in a shape: the even-odd rule over all of its rings.
export function isInside(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      if ((ring[i + 1] > y) !== (ring[j + 1] > y)
        && x < ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i]) {
        inside = !inside;
      }
    }
  }
  return inside;
}

// A grid over boxes: near(x, y, reach) gives the numbers of those that may come so near.
export function makeIndex(boxes) {
  const count = boxes.length / 4;
  const whole = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < count; at += 1) {
    if (Number.isNaN(boxes[4 * at])) continue;
    whole[0] = Math.min(whole[0], boxes[4 * at]);
    whole[1] = Math.min(whole[1], boxes[4 * at + 1]);
    whole[2] = Math.max(whole[2], boxes[4 * at + 2]);
    whole[3] = Math.max(whole[3], boxes[4 * at + 3]);
  }
  const side = Math.max(1, Math.round(Math.sqrt(count)));
  const size = Math.max(whole[2] - whole[0], whole[3] - whole[1], 1e-12) / side;
  const cell = (value, low) => Math.max(0, Math.min(side, Math.floor((value - low) / size)));
  const cells = new Map();
  for (let at = 0; at < count; at += 1) {
    if (Number.isNaN(boxes[4 * at])) continue;
    for (let i = cell(boxes[4 * at], whole[0]); i <= cell(boxes[4 * at + 2], whole[0]); i += 1) {
      for (let j = cell(boxes[4 * at + 1], whole[1]); j <= cell(boxes[4 * at + 3], whole[1]); j += 1) {
        const key = i * (side + 1) + j;
        if (cells.has(key)) cells.get(key).push(at);
        else cells.set(key, [at]);
      }
    }
  }
  return {
    near(x, y, reach) {
      const found = new Set();
      for (let i = cell(x - reach, whole[0]); i <= cell(x + reach, whole[0]); i += 1) {
        for (let j = cell(y - reach, whole[1]); j <= cell(y + reach, whole[1]); j += 1) {
          for (const at of cells.get(i * (side + 1) + j) || []) found.add(at);
        }
      }
      return found;
    },
  };
}

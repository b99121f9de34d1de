// The data that Python sends (gapmap/report/parts.py, gapmap/drawing/vectors.py) and the page that is
// made of them. Tables are columns of equal length; their rows are `Row`: what columns a table has is
// the business of the module that shows it, and of the tests that compare it with Python.

/** Leaflet, a script of its own (vendor/leaflet.js). It has no types here. */
declare const L: any;

/** The widget's styles, put there by build.mjs. */
declare const GAPMAP_STYLES: string;

interface Window {
  /** What the outside may hold on to: the open page (report), or the entry of notebook maps. */
  gapmap: { page?: Page; notebook?: (map: any, block: string) => Promise<void> };
}

/** What `filter(Boolean)` leaves. */
interface Array<T> {
  filter(predicate: BooleanConstructor): Exclude<T, null | undefined | false | 0 | "">[];
}

type Language = "zh" | "en";
type Pair = { zh: string; en: string };
/** A figure: null is unknown, "inf" is beyond every number (no way to there). */
type Figure = number | "inf" | null;
type Unit = "m" | "minutes";
type Row = Record<string, any>;
type Table = Record<string, any[]>;

/** words.toml: each part has words in both languages. */
type Words = Record<string, Record<string, Partial<Pair>>>;

type Child = Node | string | number | false | null | undefined | Child[];
type Attributes = Record<string, string | number | boolean | null | undefined
  | ((event: any) => void)>;

interface Voice {
  language: Language;
  locale: string;
  /** A word of the page; `{name}` and `{name:one|several}` are filled from facts. */
  say(key: string, facts?: Record<string, unknown>): string;
  /** What a code of the tables means. */
  value(key: string | null | undefined): string;
  /** The title of a column. */
  title(key: string): string;
  both(pair: Partial<Pair> | null | undefined): string;
  count(number: Figure | undefined): string;
  /** A day, from YYYY-MM-DD. */
  date(text: string | null | undefined): string;
  share(number: Figure | undefined): string;
  points(number: Figure | undefined, unsigned?: boolean): string;
  metres(number: Figure | undefined, limit?: number): string;
  minutes(number: Figure | undefined, limit?: number): string;
  measured(number: Figure | undefined, unit: string, limit?: number): string;
  number(number: Figure | undefined): string;
  text(text: string | null | undefined): string;
}

/** How a dot is drawn. */
interface Mark {
  shape: string;
  radius?: number;
  color: string;
  weight: number;
  fill?: string;
  dash?: string;
  order?: number;
  least?: number;
  opacity?: number;
  ink?: string;
  label?: string;
}

interface Points {
  lon: (number | null)[];
  lat: (number | null)[];
}

interface Places extends Points {
  id: string[];
  name: string[];
  town: (string | null)[];
  district: (string | null)[];
  setting: (string | null)[];
  people: (number | null)[];
  position: (string | null)[];
}

interface Results {
  /** Numbers into `statuses` and `reasons` of the picture. */
  status: number[];
  reason: number[];
  straight_m: Figure[];
  distance_m: Figure[];
  minutes: Figure[];
  shortfall: Figure[];
  facility: (string | null)[];
  measured: string;
  evidence: { places: number[]; text: number[]; texts: Pair[] };
  edge: number[];
  /** What picture.js and the classes of the map add. */
  [added: string]: any;
}

interface Facilities extends Points {
  id: string[];
  name: (string | null)[];
  opened: (string | null)[];
  floor_area_m2: (number | null)[];
  failed: (string | null)[];
  kind: string[];
}

interface Sites extends Points {
  name: string[];
  reason: { zh: string[]; en: string[] };
  phase?: number[];
  [column: string]: any;
}

/** Districts, towns: a point for each name. */
interface Names extends Points {
  name: string[];
  [column: string]: any[];
}

/** What a map draws: `picture` of gapmap.drawing, unpacked by picture.js. */
interface Picture {
  statuses: string[];
  reasons: string[];
  districts: Names;
  places: Places;
  services: Record<string, Results>;
  facilities: Record<string, Facilities>;
  not_at_date: Record<string, number>;
  routes: Record<string, [number, [number, number][]][]>;
  /** Positions of each layer's shapes, one entry for each: polygons (rings) or lines. */
  shapes: Record<string, [number, number][][][] | null>;
  [added: string]: any;
}

interface Service {
  id: string;
  name: Pair;
  mode: string;
  off_road: string;
  limit: number;
  limit_unit: string;
  source: string;
  basis: string;
  speed_kmh: number | null;
  default_kmh: number[];
}

interface Data {
  about: Record<string, any>;
  words: Words;
  weight: string;
  groups: Record<string, string[]>;
  services: Service[];
  roads: Record<string, any> | null;
  coverage: Table;
  gaps: Table;
  indicators: Record<string, Partial<Pair>>;
  equity: Table;
  targets: Table;
  islands: Table;
  pieces: Table;
  findings: Row[];
  finding_counts: Record<string, number>;
  finding_kinds: number;
  files: Row[];
  map: Picture;
  /** Readings of Chinese characters, see search.js. */
  pinyin: Record<string, string>;
  proposals: any[];
  grids?: Record<string, any>;
  insights: Record<string, any>;
}

/** The open page. Modules add what others ask of them: `page.select`, `page.drawMap` and so on. */
interface Page {
  data: Data;
  state: Record<string, any>;
  voice: Voice;
  [added: string]: any;
}

/** A section of a further analysis, see page.js. */
interface Section {
  id: string;
  after: string;
  state: Record<string, any>;
  make(page: Page): HTMLElement | null;
  /** Drawn again after a what-if. */
  live?: boolean;
}

/** One line of a legend; mark is a name among the marks, or a mark. */
interface LegendLine {
  id: string;
  mark: string | Mark;
  label: string;
  count: number;
  help?: string;
}

/** One thing that the dots can be coloured by, see colouring.js. */
interface Colouring {
  id: string;
  offered(page: Page): boolean;
  mark: ((page: Page, number: number) => Mark | null) | null;
  legend(page: Page): LegendLine[];
}

/** A column of a table that sorts, see table.js. */
interface Column {
  key: string;
  title: Child;
  kind?: string;
  /** Not to be sorted by. */
  fixed?: boolean;
  value(row: any): any;
  cell?(row: any): Child;
}

interface SortState {
  /** Key of the column that the table is sorted by. */
  key?: string;
  descending?: boolean;
}

interface TableOptions {
  voice: Voice;
  columns: Column[];
  rows: any[];
  state: SortState;
  /** Classes of the table's frame. */
  name?: string;
  onRow?(row: any): void;
  id?(row: any): string | number | null;
  chosen?: string | number | null;
  /** Rows that are drawn at first. */
  portion?: number;
  /** The cells of a last row, such as totals. */
  foot?: Child[];
  /** A class of rows that stand out. */
  rowClass?(row: any): string | null;
}

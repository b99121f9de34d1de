// Groups side by side, as gapmap.assessment.comparing holds them against each other.

const EQUAL = 1e-12;
const PARTS = ["district", "plan_district", "town"];
const known = (value) => typeof value === "number" && !Number.isNaN(value);
const number = (row, key) => (row && known(row[key]) ? row[key] : NaN);
const empty = (value) => (known(value) ? value : null);

function heads(row) {
  const covered = number(row, "people_covered");
  return { covered, known: covered + number(row, "people_uncovered"),
    unknown: number(row, "people_unknown") + number(row, "people_missing") };
}

const isPart = (gap) => gap.kind_b === "city" && PARTS.includes(gap.kind_a);

function bounds(gap, measure, a, b) {
  if (measure === "share_people" && isPart(gap)) {
    const [one, city] = [heads(a), heads(b)];
    const part = one.known + one.unknown;
    const whole = city.known + city.unknown;
    return [one.covered / part - (city.covered + city.unknown - one.unknown) / whole,
      (one.covered + one.unknown) / part - (city.covered + one.unknown) / whole];
  }
  return [number(a, measure + "_low") - number(b, measure + "_high"),
    number(a, measure + "_high") - number(b, measure + "_low")];
}

function whyEmpty(measure, row) {
  if (known(number(row, measure))) return "";
  const people = number(row, "people");
  const uncounted = number(row, "places_without_people") + number(row, "people_missing");
  if (Number.isNaN(people)) return "no_places";
  if (people === 0) return uncounted > 0 ? "people_unknown" : "nobody";
  if (heads(row).known === 0) return "status_unknown";
  return number(row, "people_unreachable") > 0 ? "unreachable" : "not_measured";
}

function worse(measure, a, b) {
  const sign = measure === "share_people" ? -1 : 1;
  const burden = (row) => (whyEmpty(measure, row) === "unreachable" ? Infinity
    : sign * number(row, measure));
  const [one, other] = [burden(a), burden(b)];
  const bothLost = one === Infinity && other === Infinity;
  if (bothLost || Number.isNaN(one) || Number.isNaN(other)) return "";
  const slack = EQUAL * Math.max(1, Number.isFinite(other) ? Math.abs(other) : 0);
  if (one > other + slack) return "group_a";
  return other > one + slack ? "group_b" : "equal";
}

// People are whole ones, rounded up; what rounding errors add is not a person.
export function wholePeople(lacking) {
  if (!known(lacking)) return null;
  return Math.max(0, Math.ceil(lacking - 1e-9 * Math.abs(lacking) - 1e-9)) + 0;
}

function toClose(gap, a, b) {
  const [one, other] = [heads(a), heads(b)];
  const [shareA, shareB] = [one.covered / one.known, other.covered / other.known];
  const rest = (other.covered - one.covered) / (other.known - one.known);
  const goal = isPart(gap) && other.known > one.known ? rest : shareB;
  return wholePeople(shareA < shareB ? goal * one.known - one.covered
    : shareA * other.known - other.covered);
}

// A row of gaps from two rows of coverage, either of them undefined where the group has no places.
export function compareGroups(gap, a, b) {
  const { measure } = gap;
  const [valueA, valueB] = [number(a, measure), number(b, measure)];
  const difference = valueA - valueB;
  const [low, high] = bounds(gap, measure, a, b);
  const boundless = known(difference) && Number.isNaN(high - low)
    ? (measure.startsWith("mean") ? "mean_has_no_bounds" : "no_bound") : "";
  const marked = (code, mark) => (code ? code + mark : "");
  const uncounted = (row) => (known(difference) && number(row, "places_without_people") > 0
    ? "uncounted" : "");
  const why = [
    marked(whyEmpty(measure, a), "_a"),
    marked(whyEmpty(measure, b), "_b"),
    known(valueA) && valueB === 0 ? "b_is_zero" : "",
    boundless,
    difference < low - EQUAL || difference > high + EQUAL ? "known_only" : "",
    marked(uncounted(a), "_a"),
    marked(uncounted(b), "_b"),
  ];
  const isShare = measure === "share_people";
  return {
    value_a: empty(valueA),
    value_b: empty(valueB),
    difference: empty(difference),
    ratio: valueB !== 0 ? empty(valueA / valueB) : null,
    difference_points: isShare ? empty(difference * 100) : null,
    value_a_low: empty(number(a, measure + "_low")),
    value_a_high: empty(number(a, measure + "_high")),
    value_b_low: empty(number(b, measure + "_low")),
    value_b_high: empty(number(b, measure + "_high")),
    difference_low: empty(low),
    difference_high: empty(high),
    worse: worse(measure, a, b),
    people_to_close: isShare ? toClose(gap, a, b) : null,
    reason: why.filter(Boolean).join("+"),
  };
}

// A few words as Python sends them (gapmap/words.toml).
export const words = {
  report: {
    unknown: { zh: "不详", en: "unknown" },
    unreachable: { zh: "无路可达", en: "no way" },
    points: { zh: "个百分点", en: "points" },
    minutes_unit: { zh: "分钟", en: "min" },
    places_are: { zh: "{count} 个点", en: "{count} {count:place is|places are} shown" },
    rows_shown: { zh: "{shown}/{all}", en: "{shown} of {all}" },
    status: { zh: "状态", en: "Status" },
  },
  values: { covered: { zh: "已覆盖", en: "covered" } },
  columns: { people: { zh: "人口", en: "People" } },
};

// Copy what other projects made from node_modules (exact versions: package.json) into ../vendor/, byte
// for byte, and write THIRD_PARTY.md and LICENSES.md there. With --check nothing is written: exit code
// 1 and the names where a file differs.
//
// node vendor.mjs [--check]
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "..", "vendor");

// The package's own single files; `use` says what reads our copy.
const PACKAGES = [
  {
    name: "leaflet", title: "Leaflet", home: "https://leafletjs.com",
    use: "inlined as it is",
    files: [["dist/leaflet.js", "leaflet.js"], ["dist/leaflet.css", "leaflet.css"]],
  },
  {
    name: "fflate", title: "fflate", home: "https://github.com/101arrowz/fflate",
    use: "bundled: only what unpacks gzip",
    files: [["esm/browser.js", "fflate.mjs"]],
  },
  {
    name: "geojson-vt", title: "geojson-vt", home: "https://github.com/mapbox/geojson-vt",
    use: "bundled",
    files: [["geojson-vt.js", "geojson-vt.js"]],
  },
  {
    name: "topojson-client", title: "topojson-client",
    home: "https://github.com/topojson/topojson-client",
    use: "bundled",
    files: [["dist/topojson-client.min.js", "topojson-client.js"]],
  },
];

const read = (name, path) => readFile(join(here, "node_modules", name, path));
const text = async (name, path) => (await read(name, path)).toString("utf8").replace(/\r\n/g, "\n");

const copies = new Map();
const rows = [];
const licences = [];
for (const { name, title, home, use, files } of PACKAGES) {
  const about = JSON.parse(await text(name, "package.json"));
  for (const [from, to] of files) {
    const bytes = await read(name, from);
    copies.set(to, bytes);
    const digest = createHash("sha256").update(bytes).digest("hex");
    rows.push(`| ${to} | npm \`${name}\`, \`${from}\` | ${about.version} | ${about.license} | ${use}`
      + ` | ${digest} |`);
  }
  licences.push(`## ${files.map(([, to]) => to).join(", ")} (${title} ${about.version}, ${home})`, "",
    "```text", (await text(name, "LICENSE")).trim(), "```", "");
}

copies.set("THIRD_PARTY.md", Buffer.from(`# Third-party files in this folder

They are byte for byte the files of the package named here; tests compare the checksums. They are
written into report pages and notebook maps, so that those need no network: Leaflet as a script of its
own, the others bundled into ours (\`../built\`, see docs/page.md).

| file | package | version | licence | use | SHA-256 |
|---|---|---|---|---|---|
${rows.join("\n")}

When Leaflet is inlined, three things change in the copy and never in the file: line ends become \`\\n\`,
the source-map comment and the \`url(...)\` of pictures that we do not ship are taken out, and
\`</script\` and \`<!--\` are escaped.

To renew: write the exact version into \`../web/package.json\`, run \`make page-vendor\`, look at what
changed, run the tests. This file and \`LICENSES.md\` are written by that.
`));
copies.set("LICENSES.md", Buffer.from(
  ["# Licences of the files in this folder", "", ...licences].join("\n").trimEnd() + "\n"));

const check = process.argv.includes("--check");
for (const [name, bytes] of copies) {
  const path = join(folder, name);
  if (!check) {
    await writeFile(path, bytes);
    continue;
  }
  const held = await readFile(path).catch(() => null);
  if (held && held.equals(bytes)) continue;
  console.error(`vendor/${name} is not what npm has: run \`make page-vendor\``);
  process.exitCode = 1;
}

// Bundle src/ into ../built/ (or the folder that is given), with the hashes of both in built.json.
//
// node build.mjs [FOLDER]
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] || join(here, "..", "built");
const ENTRIES = ["loader.js", "notebook.js", "page.css", "page.js"];

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

const options = {
  absWorkingDir: here,
  outdir: "built",
  write: false,
  metafile: true,
  bundle: true,
  target: "chrome86",
  charset: "ascii",
  legalComments: "none",
  minify: true,
  logLevel: "warning",
};
const made = await build({ ...options, entryPoints: ENTRIES.map((name) => `src/${name}`),
  format: "iife" });

// The widget's styles as one text: Leaflet's without the pictures that it would fetch, the page's, and
// its own. They stand in a shadow root, where neither the root of a page nor its body are.
const LEAFLET = "../vendor/leaflet.css";
async function widgetStyles() {
  const vendored = (await readFile(join(here, LEAFLET), "utf8")).replace(/url\([^)]*\)/g, "none");
  const leaflet = await transform(vendored, { loader: "css", minify: true, target: options.target });
  const own = await build({ ...options, entryPoints: ["src/widget.css"] });
  const page = made.outputFiles.find((one) => basename(one.path) === "page.css").text;
  for (const name of [":root{", "body{"]) {
    if (!page.includes(name)) throw new Error(`page.css has no ${name}`);
  }
  const within = page.replace(/@page[^{]*\{[^}]*\}/g, "").replace(/:root\{/g, ":host{")
    .replace(/\b(html|body)\{/g, ".gapmap-widget{");
  return leaflet.code + within + own.outputFiles[0].text;
}

const widget = await build({ ...options, entryPoints: ["src/widget.js"], format: "esm",
  inject: ["src/leaflet.js"], define: { GAPMAP_STYLES: JSON.stringify(await widgetStyles()) } });
const outputs = [...made.outputFiles, ...widget.outputFiles];
const inputs = { ...made.metafile.inputs, ...widget.metafile.inputs, [LEAFLET]: null };

await mkdir(target, { recursive: true });
const built = {};
const byName = (a, b) => (basename(a.path) < basename(b.path) ? -1 : 1);
for (const file of outputs.sort(byName)) {
  const name = basename(file.path);
  built[name] = digest(file.contents);
  await writeFile(join(target, name), file.contents);
  console.log(`${name} ${file.contents.length} bytes`);
}

// All of src/, bundled or not yet, and whatever else has a say in the bundle.
const names = new Set(["build.mjs", "package.json", ...Object.keys(inputs)]);
for (const name of await readdir(join(here, "src"))) names.add(`src/${name}`);
const sources = {};
for (const name of [...names].sort()) sources[name] = digest(await readFile(join(here, name)));
await writeFile(join(target, "built.json"), `${JSON.stringify({ built, sources }, null, 2)}\n`);

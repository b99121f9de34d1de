// Bundle src/ into ../built/ (or the folder that is given), with the hashes of both in built.json.
//
// node build.mjs [FOLDER]
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] || join(here, "..", "built");
const ENTRIES = ["notebook.js", "page.css", "page.js"];

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

const made = await build({
  absWorkingDir: here,
  entryPoints: ENTRIES.map((name) => `src/${name}`),
  outdir: "built",
  write: false,
  metafile: true,
  bundle: true,
  format: "iife",
  target: "chrome86",
  charset: "ascii",
  legalComments: "none",
  minify: true,
  logLevel: "warning",
});

await mkdir(target, { recursive: true });
const built = {};
const byName = (a, b) => (basename(a.path) < basename(b.path) ? -1 : 1);
for (const file of made.outputFiles.sort(byName)) {
  const name = basename(file.path);
  built[name] = digest(file.contents);
  await writeFile(join(target, name), file.contents);
  console.log(`${name} ${file.contents.length} bytes`);
}

// All of src/, bundled or not yet, and whatever else has a say in the bundle.
const names = new Set(["build.mjs", "package.json", ...Object.keys(made.metafile.inputs)]);
for (const name of await readdir(join(here, "src"))) names.add(`src/${name}`);
const sources = {};
for (const name of [...names].sort()) sources[name] = digest(await readFile(join(here, name)));
await writeFile(join(target, "built.json"), `${JSON.stringify({ built, sources }, null, 2)}\n`);

// Bundle src/ into ../built/ (or the folder that is given), with the hashes of both in built.json.
//
// node build.mjs [FOLDER]
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const target = process.argv[2] || join(here, "..", "built");
const ENTRIES = ["page.js", "page.css", "notebook.js"];

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

const made = await build({
  absWorkingDir: here,
  entryPoints: ENTRIES.map((name) => join("src", name)),
  outdir: "built",
  write: false,
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
for (const file of made.outputFiles.sort((a, b) => a.path.localeCompare(b.path, "en"))) {
  const name = file.path.slice(file.path.replaceAll("\\", "/").lastIndexOf("/") + 1);
  built[name] = digest(file.contents);
  await writeFile(join(target, name), file.contents);
}
const sources = {};
for (const name of [...(await readdir(source))].sort()) {
  sources[name] = digest(await readFile(join(source, name)));
}
await writeFile(join(target, "built.json"), JSON.stringify({ built, sources }, null, 2) + "\n");
for (const file of made.outputFiles) console.log(file.path.slice(here.length + 1), file.contents.length);

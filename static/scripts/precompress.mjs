// Writes a .gz beside every file of the build that gets smaller by it, for nginx's gzip_static. index.html stays
// alone: nginx fills it in for each request, and a .gz of it would send the raw directives to the browser.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { constants, gzipSync } from "node:zlib";

const [folder] = argv.slice(2);
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name === "index.html" || entry.name.endsWith(".gz")) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  const packed = gzipSync(plain, { level: constants.Z_BEST_COMPRESSION });
  if (packed.length < plain.length) writeFileSync(`${path}.gz`, packed);
}

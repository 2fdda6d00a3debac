// Fails when the JavaScript that the first page load fetches is larger than the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budgetBytes = 150 * 1024;
const dist = new URL("../dist/", import.meta.url);
const page = readFileSync(new URL("index.html", dist), "utf8");
const scripts = [...page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((match) => match[1]);
if (scripts.length === 0) {
  console.error("check-size: dist/index.html names no script; run `npm run build` first");
  process.exit(1);
}

let total = 0;
for (const script of scripts) {
  const bytes = gzipSync(readFileSync(new URL(script, dist)), { level: 9 }).length;
  total += bytes;
  console.log(`${(bytes / 1024).toFixed(1).padStart(8)} KB gzip  ${script}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(8)} KB gzip  first load, of ${budgetBytes / 1024} KB`);
if (total > budgetBytes) {
  console.error("check-size: over the budget: load something later or leave it out");
  process.exit(1);
}

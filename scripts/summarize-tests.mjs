// Prints "<passed> <failed>" of a vitest JSON report on stdout, and every failed test with its reason on stderr:
// a log of which only the end is kept must still say what failed.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const failedSuites = report.testResults.filter(({ status, assertionResults }) => {
  return status === "failed" && assertionResults.every((test) => test.status !== "failed");
});
for (const { name, message } of failedSuites) console.error(`FAILED FILE ${name}\n${shorten(message)}`);
for (const { name, assertionResults } of report.testResults) {
  for (const test of assertionResults.filter(({ status }) => status === "failed")) {
    console.error(`FAILED TEST ${test.fullName} (${name})\n${shorten(test.failureMessages.join("\n"))}`);
  }
}
console.log(report.numPassedTests, report.numFailedTests + failedSuites.length);

function shorten(text) {
  return text.replace(/^/gm, "  ").slice(0, 1500);
}

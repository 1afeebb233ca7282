/** What people say of a verdict: it stands beside it and changes nothing of it. */
export const dispute = `
import { element, momentOf, say, wordOf } from "./speech.js";
import { attempt, first } from "./failure.js";
import { ask } from "./session.js";

const longestReason = 2000;

function said({ dispute, review }) {
  const lines = [];
  if (dispute) {
    const { reason, created_at, status } = dispute;
    const values = { when: momentOf(created_at), status: wordOf("dispute_statuses." + status) ?? status, reason };
    lines.push(wordOf("dispute_of", values));
  }
  if (review) {
    const { note, created_at, reviewer_verdict } = review;
    lines.push(wordOf("review_of", { when: momentOf(created_at), note }));
    if (reviewer_verdict) lines.push(wordOf("review_verdict", { verdict: wordOf("verdicts." + reviewer_verdict) }));
  }
  return lines.map((line) => element("p", {}, line));
}

/** What was said, and a form to dispute what nobody disputes yet. @param again Shows the analysis anew. */
export function disputeOf(analysis, again) {
  const isOpen = analysis.dispute?.status === "open";
  if (!analysis.verdict) return [];
  return [...said(analysis), ...(isOpen ? [] : [formOf(analysis, again)])];
}

function formOf({ request_id }, again) {
  const reason = element("textarea", { id: "reason", rows: 3, maxLength: longestReason, "aria-describedby": "reason-hint" });
  const form = element("form", {},
    element("p", {}, element("label", { htmlFor: "reason" }, wordOf("dispute_reason")), reason,
      element("small", { id: "reason-hint" }, wordOf("dispute_hint"))),
    element("p", {}, element("button", { type: "submit" }, wordOf("dispute"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => send(request_id, reason.value.trim(), again));
  });
  return element("details", {}, element("summary", {}, wordOf("dispute_title")), form);
}

async function send(request_id, reason, again) {
  if (!reason) throw first("no_reason");
  const body = JSON.stringify({ reason });
  const path = "/v1/analyses/" + encodeURIComponent(request_id) + "/dispute";
  try {
    await ask(path, { method: "POST", body, headers: { "content-type": "application/json" } });
  } catch (error) {
    throw ["http.not-found", "operation.unknown"].includes(error.reason) ? first("no_dispute") : error;
  }
  await again();
  say(() => wordOf("disputed"));
}
`;

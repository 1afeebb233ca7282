import type { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { words } from "../../src/page/words/words.ts";
import { analyse, executablePath, hostile, openPage, photograph, useBrowser } from "./page-place.ts";

/** A server that takes disputes, and a reviewer who answers at once when asked to. */
function disputesDouble() {
  const state: { said?: object; reviewed?: object; body?: unknown } = {};
  const before = (host: Hono) => {
    host.post("/v1/analyses/:id/dispute", async (c) => {
      const body = (await c.req.json()) as { reason: string };
      state.body = body;
      state.said = { status: "open", reason: body.reason, created_at: 1_796_000_000_000, version_number: 1 };
      return c.json({}, 201);
    });
    host.use("/v1/analyses/:id", async (c, next) => {
      await next();
      if (c.req.method !== "GET" || !c.res.ok) return;
      const record = (await c.res.json()) as object;
      const { said: dispute, reviewed: review } = state;
      c.res = Response.json({ ...record, ...(dispute && { dispute }), ...(review && { review }) });
    });
  };
  return { state, before };
}

describe.skipIf(!executablePath)("a dispute on the page", () => {
  const browser = useBrowser();

  it("stands beside the verdict, with the review that came of it", async () => {
    const { state, before } = disputesDouble();
    const { page, errors } = await openPage(browser(), { before });
    await analyse(page);
    await page.locator(".verdict").waitFor();
    const verdict = await page.locator(".verdict").textContent();
    await page.getByText("Do you disagree?").last().click();
    await page.getByRole("button", { name: "Dispute the verdict" }).click();
    await page.getByText("Say why first.").waitFor();
    await page.getByLabel("Why the verdict is wrong").fill(`I took it. ${hostile}`);
    await page.getByRole("button", { name: "Dispute the verdict" }).click();
    await page.getByText("The verdict is disputed.").waitFor();
    expect(state.body).toEqual({ reason: `I took it. ${hostile}` });
    expect(await page.getByText(/^Disputed on .* \(open\): I took it\. <img/).count()).toBe(1);
    expect(await page.getByRole("button", { name: "Dispute the verdict" }).count()).toBe(0);
    expect(await page.locator(".verdict").textContent()).toBe(verdict);
    state.reviewed = { note: hostile, reviewer_verdict: "AUTHENTIC", created_at: 1_796_000_100_000 };
    await page.getByLabel("Language").selectOption("es");
    await page.getByText(/^Revisado el .*: <img/).waitFor();
    expect(await page.getByText(`Veredicto de quien revisó: ${words.es.verdicts.AUTHENTIC}`).count()).toBe(1);
    await photograph(page, "dispute-es");
    expect([await page.title(), await page.locator("#verdict img[src=x]").count(), errors]).toEqual([
      words.es.title,
      0,
      [],
    ]);
  });

  it("is taken by the server itself, and shown as it is kept", async () => {
    const { page, errors } = await openPage(browser());
    await analyse(page);
    await page.locator(".verdict").waitFor();
    await page.getByText("Do you disagree?").last().click();
    await page.getByLabel("Why the verdict is wrong").fill(`I took it. ${hostile}`);
    await page.getByRole("button", { name: "Dispute the verdict" }).click();
    await page.getByText(/^Disputed on .* \(open\): I took it\. <img/).waitFor();
    expect([await page.getByRole("button", { name: "Dispute the verdict" }).count(), errors]).toEqual([0, []]);
  });

  it("is not taken by a server that has none", async () => {
    const before = (host: Hono) => {
      const error = { code: "NOT_FOUND", message: "", details: { reason: "http.not-found" }, trace_id: "" };
      host.post("/v1/analyses/:id/dispute", (c) => c.json({ error }, 404));
    };
    const { page } = await openPage(browser(), { before });
    await analyse(page);
    await page.locator(".verdict").waitFor();
    await page.getByText("Do you disagree?").last().click();
    await page.getByLabel("Why the verdict is wrong").fill("I took it.");
    await page.getByRole("button", { name: "Dispute the verdict" }).click();
    await page.getByText("This server takes no disputes.").waitFor();
  });
});

import type { Hono } from "hono";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { words } from "../../src/page/words/words.ts";
import { executablePath, openPage, photograph, small, useBrowser } from "./page-place.ts";

const user = { id: "ada", email: "ada@example.org", organizations: [], permissions: [] };
const refusal = (reason: string) => ({
  error: { code: "AUTHENTICATION_FAILED", message: "no", details: { reason }, trace_id: "" },
});

/** A login that knows one person, whose first token is good until somebody says that it is not. */
function loginDouble() {
  const state = { isExpired: false, refreshes: 0, logouts: 0, bodies: [] as unknown[], canRefresh: true };
  const before = (host: Hono) => {
    host.get("/auth/login", (c) => c.json({ error: { code: "METHOD_NOT_ALLOWED", message: "", details: {} } }, 405));
    host.post("/auth/login", async (c) => {
      const body = await c.req.json();
      state.bodies.push(body);
      if (body.password !== "correct horse") return c.json(refusal("identity.invalid-credentials"), 401);
      return c.json({ access_token: "ada", refresh_token: "r1", expires_in: 900, user });
    });
    host.post("/auth/refresh", async (c) => {
      const { refresh_token } = await c.req.json();
      state.refreshes += 1;
      if (!state.canRefresh || refresh_token !== "r1") return c.json(refusal("identity.invalid-refresh-token"), 401);
      state.isExpired = false;
      return c.json({ access_token: "ada", refresh_token: "r2", expires_in: 900, user });
    });
    host.post("/auth/logout", (c) => {
      state.logouts += 1;
      return c.json({});
    });
    host.use("/v1/*", async (c, next) => (state.isExpired ? c.json(refusal("identity.invalid-token"), 401) : next()));
  };
  return { state, before };
}

async function logIn(page: Page, password: string) {
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

const stored = (page: Page) =>
  page.evaluate(() => {
    const { sessionStorage, localStorage } = globalThis as unknown as Record<
      string,
      { length: number; getItem(name: string): string | null }
    >;
    return { login: sessionStorage?.getItem("login"), outliving: localStorage?.length };
  });

describe.skipIf(!executablePath)("a login on the page", () => {
  const browser = useBrowser();

  it("is not offered by a server without one", async () => {
    const { page } = await openPage(browser());
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("Enter an API key first").waitFor();
    expect([await page.getByLabel("E-mail").isVisible(), await page.getByLabel("API key").isVisible()]).toEqual([
      false,
      true,
    ]);
  });

  it("takes the place of the key, outlives a reload and no tab, and ends", async () => {
    const { state, before } = loginDouble();
    const { page, errors } = await openPage(browser(), { before });
    await page.getByLabel("E-mail").waitFor();
    await photograph(page, "login");
    await logIn(page, "wrong");
    await page
      .getByText(`It failed: ${words.en.errors["identity.invalid-credentials"]} (AUTHENTICATION_FAILED)`)
      .waitFor();
    await logIn(page, "correct horse");
    await page.getByText("Logged in as ada@example.org").first().waitFor();
    expect(state.bodies.at(-1)).toEqual({ email: "ada@example.org", password: "correct horse" });
    expect([await page.getByLabel("API key").isVisible(), await page.getByLabel("E-mail").isVisible()]).toEqual([
      false,
      false,
    ]);
    await page.getByLabel(/^Picture/).setInputFiles(small);
    await page.getByRole("button", { name: "Analyse" }).click();
    await page.locator(".verdict").waitFor();
    expect(await stored(page)).toEqual({ login: expect.stringContaining('"r1"'), outliving: 0 });
    await page.reload();
    await page.getByRole("button", { name: "Show portrait.png" }).click();
    await page.locator("#result:focus").waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByText("You are logged out.").waitFor();
    expect([await page.locator("#history li").count(), await page.locator(".verdict").count()]).toEqual([0, 0]);
    expect(await stored(page)).toEqual({ login: null, outliving: 0 });
    await expect.poll(() => state.logouts).toBe(1);
    await page.getByLabel("E-mail").waitFor();
    expect(errors).toEqual([]);
  });

  it("is renewed once when it has run out, by however many requests", async () => {
    const { state, before } = loginDouble();
    const { page } = await openPage(browser(), { before });
    await page.getByLabel("E-mail").waitFor();
    await logIn(page, "correct horse");
    await page.getByText("There are no analyses yet.").waitFor();
    state.isExpired = true;
    await page.evaluate(() => {
      const { document } = globalThis as unknown as { document: { getElementById(id: string): { click(): void } } };
      for (let i = 0; i < 3; i++) document.getElementById("refresh").click();
    });
    await expect.poll(() => stored(page)).toMatchObject({ login: expect.stringContaining('"r2"') });
    expect(state.refreshes).toBe(1);
  });

  it("that cannot be renewed is over, and the form is back", async () => {
    const { state, before } = loginDouble();
    const { page } = await openPage(browser(), { before });
    await page.getByLabel("E-mail").waitFor();
    await logIn(page, "correct horse");
    await page.getByText("There are no analyses yet.").waitFor();
    Object.assign(state, { isExpired: true, canRefresh: false });
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("The login has ended. Log in again.").waitFor();
    expect(await page.getByLabel("E-mail").isVisible()).toBe(true);
  });
});

import { ArtGuardError, type Detector, userIdOf } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { words } from "../../src/page/words/words.ts";
import { halfDetector } from "../http-place.ts";
import { analyse, example, executablePath, hostile, openPage, photograph, small, useBrowser } from "./page-place.ts";

const { errors: said } = words.en;

describe.skipIf(!executablePath)("the page, when something goes wrong, says so and goes on", () => {
  const browser = useBrowser();

  it("without a picture, and without a key", async () => {
    const { page, requests } = await openPage(browser());
    const status = page.getByRole("status");
    await page.getByRole("button", { name: "Analyse" }).click();
    expect(await status.textContent()).toBe("Choose a picture first.");
    await page.getByLabel(/^Picture/).setInputFiles(small);
    await page.getByRole("button", { name: "Analyse" }).click();
    await page.getByText("Enter an API key first, or log in.").waitFor();
    await page.getByRole("button", { name: "Refresh" }).click();
    expect(requests.filter((url) => /detect-forgery|v1/.test(url))).toEqual([]);
  });

  it("with a wrong key: also in Spanish, and at once when the language changes", async () => {
    const { page, errors } = await openPage(browser());
    await analyse(page, small, "forged");
    await page.getByText(`It failed: ${said["user.invalid-api-key"]} (AUTHENTICATION_FAILED)`).waitFor();
    await page.getByLabel("Language").selectOption("es");
    expect(await page.getByRole("status").textContent()).toBe(
      `Ha fallado: ${words.es.errors["user.invalid-api-key"]} (AUTHENTICATION_FAILED)`,
    );
    await photograph(page, "wrong-key-es");
    await page.getByLabel("Idioma").selectOption("en");
    await analyse(page);
    await page.locator(".verdict").waitFor();
    expect(errors).toEqual([]);
  });

  it("with a file that is no picture, whatever it is called", async () => {
    const { page, errors } = await openPage(browser());
    await analyse(page, { ...small, name: `${hostile}.png`, buffer: Buffer.from("no image") });
    await page.getByText(`It failed: ${said.UNSUPPORTED_MEDIA} (UNSUPPORTED_MEDIA)`).waitFor();
    expect(await page.locator("#analyse").isDisabled()).toBe(false);
    expect([await page.title(), errors]).toEqual([words.en.title, []]);
  });

  it("with a picture that breaks while it is judged", async () => {
    const { page } = await openPage(browser());
    await analyse(page, { ...example, buffer: Buffer.from(example.buffer.subarray(0, 400)) });
    await page.getByText(/^It failed: .* \([A-Z_]+\)$/).waitFor();
  });

  it("with a picture that is too large", async () => {
    const { page } = await openPage(browser(), { place: { limits: { uploadBytes: 10_000 } } });
    await analyse(page, example);
    await page.getByText(`It failed: ${said.PAYLOAD_TOO_LARGE} (PAYLOAD_TOO_LARGE)`).waitFor();
    await analyse(page);
    await page.locator(".verdict").waitFor();
  });

  it("when the analyses of the month are used up", async () => {
    const { page, people } = await openPage(browser());
    await people.changePlan(userIdOf("ada"), { monthly_quota: 1 });
    await analyse(page);
    await page.locator(".verdict").waitFor();
    await page.getByRole("button", { name: "Analyse" }).click();
    await page
      .getByText(/^It failed: the analyses of this month are used up\. Try again after [\d/]+, [\d:]+\. \(USAGE/)
      .waitFor();
  });

  it("when one asks too often: with the time to wait", async () => {
    const { page } = await openPage(browser(), { place: { limits: { perCallerPerMinute: 1 } } });
    await page.getByLabel("API key").fill("ada");
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("There are no analyses yet.").waitFor();
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText(/^It failed: you asked too often\. Try again in \d+ s\. \(USAGE_LIMIT_EXCEEDED\)$/).waitFor();
  });

  it("when the server is about to end", async () => {
    let isAccepting = true;
    const { page } = await openPage(browser(), { place: { accepting: () => isAccepting } });
    isAccepting = false;
    await analyse(page);
    await page
      .getByText(/^It failed: the server is busy or about to end\. Try again in 1 s\. \(TEMPORARILY_UNAVAILABLE\)$/)
      .waitFor();
    isAccepting = true;
    await page.getByRole("button", { name: "Analyse" }).click();
    await page.locator(".verdict").waitFor();
  });

  it("when the network is gone before, and comes back", async () => {
    const { page } = await openPage(browser());
    await page.context().setOffline(true);
    await analyse(page);
    await page.getByText(`It failed: ${said.network} (network)`).waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Analyse" }).click();
    await page.locator(".verdict").waitFor();
  });

  it("when the connection breaks in the middle: it goes on where it ended", async () => {
    const gate = Promise.withResolvers<void>();
    const { page, requests, server } = await openPage(browser(), {
      place: { detectors: [halfDetector(gate.promise)] },
    });
    let isCut = false;
    await page.route("**/detect-forgery", async (route) => {
      const request = route.request();
      const controller = new AbortController();
      const answer = await fetch(`${server.url}/detect-forgery`, {
        method: "POST",
        headers: await request.allHeaders(),
        body: new Uint8Array(request.postDataBuffer() ?? []),
        signal: controller.signal,
      });
      const reader = answer.body?.getReader();
      const { value } = (await reader?.read()) ?? {};
      isCut = true;
      controller.abort();
      await route.fulfill({
        status: 200,
        headers: { "content-type": "text/event-stream" },
        body: Buffer.from(value ?? []),
      });
    });
    await analyse(page);
    await page.getByText(words.en.resumed).waitFor();
    gate.resolve();
    await page.locator(".verdict").waitFor();
    expect([isCut, requests.some((url) => url.endsWith("/events"))]).toEqual([true, true]);
  });

  it("when a detector fails: that is a result", async () => {
    const failing: Detector = {
      ...halfDetector(),
      detect: async () => {
        throw new ArtGuardError("detection.failed", hostile);
      },
    };
    const { page, errors } = await openPage(browser(), { place: { detectors: [failing] } });
    await analyse(page);
    await page.locator(".verdict").waitFor();
    expect(await page.locator(".verdict").textContent()).toBe(words.en.verdicts.SUSPICIOUS);
    expect([await page.title(), errors]).toEqual([words.en.title, []]);
  });
});

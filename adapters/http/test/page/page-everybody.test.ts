import { describe, expect, it } from "vitest";
import { words } from "../../src/page/words/words.ts";
import { example, executablePath, openPage, photograph, seriousProblems, useBrowser } from "./page-place.ts";

const cases = (["en", "es"] as const).flatMap((language) =>
  (["light", "dark"] as const).map((colorScheme) => ({ language, colorScheme })),
);

describe.skipIf(!executablePath)("the page is there for everybody", () => {
  const browser = useBrowser();

  it.each(cases)(
    "by keyboard and to a screen reader, in $language, $colorScheme",
    async ({ language, colorScheme }) => {
      const said = words[language];
      const before = (host: import("hono").Hono) => host.get("/auth/login", (c) => c.json({}, 405));
      const view = { colorScheme, locale: language === "en" ? "en-GB" : "es-ES" };
      const { page, errors } = await openPage(browser(), { view, before });
      await page.getByLabel(said.email).waitFor();
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
      expect(await seriousProblems(page)).toEqual([]);
      await page.getByLabel(said.key).focus();
      await page.keyboard.type("ada");
      await page.getByLabel(said.file).setInputFiles(example);
      await page.getByLabel(said.key).focus();
      await page.keyboard.press("Enter");
      await page.locator("#result:focus").waitFor();
      expect(Object.values(said.verdicts)).toContain(await page.locator(".verdict").textContent());
      await page.getByText(said.dispute_title).last().click();
      await page.getByRole("button", { name: `${said.show} untouched.jpg` }).waitFor();
      expect(await seriousProblems(page)).toEqual([]);
      await photograph(page, `result-${language}-${colorScheme}`);
      expect(errors).toEqual([]);
    },
  );

  it("would be found wanting with something that nobody can see or hear", async () => {
    const { page } = await openPage(browser());
    await page.evaluate(() => {
      const { document } = globalThis as unknown as {
        document: { body: { insertAdjacentHTML(at: string, text: string): void } };
      };
      document.body.insertAdjacentHTML("beforeend", '<main><input id="seeded"><img src="data:,"></main>');
    });
    const found = JSON.stringify(await seriousProblems(page));
    expect(found).toContain("label");
    expect(found).toContain("image-alt");
  });

  it("changes its language with everything on it, findings as well, and its colours", async () => {
    const { page } = await openPage(browser(), { view: { locale: "es-ES" } });
    await page.getByLabel("Clave de API").fill("ada");
    await page.getByLabel(/^Imagen/).setInputFiles(example);
    await page.getByRole("button", { name: "Analizar" }).click();
    await page.locator(".verdict").waitFor();
    expect(await page.locator("#verdict").textContent()).toContain("Puntuación de falsificación:");
    await page.getByLabel("Idioma").selectOption("en");
    await page.getByText(/^Forgery score \d+ of 100, between/).waitFor();
    expect(await page.locator("#verdict").textContent()).not.toContain("Puntuación");
    await page.getByLabel("Appearance").selectOption("light");
    const scheme = () =>
      page
        .locator("html")
        .evaluate((html) => (html as unknown as { style: { colorScheme: string } }).style.colorScheme);
    expect(await scheme()).toBe("light");
  });

  it("fits a narrow screen", async () => {
    const { page } = await openPage(browser(), { view: { viewport: { width: 340, height: 700 } } });
    const overflow = await page.locator("html").evaluate((root) => {
      const { scrollWidth, clientWidth } = root as unknown as { scrollWidth: number; clientWidth: number };
      return scrollWidth - clientWidth;
    });
    expect(overflow).toBeLessThanOrEqual(0);
  });

  it("has a reference that is, too", async () => {
    const { page, server } = await openPage(browser());
    await page.goto(`${server.url}/docs`);
    expect(await seriousProblems(page)).toEqual([]);
  });
});

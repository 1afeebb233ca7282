import { readFileSync } from "node:fs";
import { loadServerSettings, serve, serverSettings } from "@artguard/http/serve";
import { describe, expect, it } from "vitest";

describe("the settings of the server", () => {
  it("need nothing, and listen on this machine alone", () => {
    expect(loadServerSettings({})).toMatchObject({
      host: "127.0.0.1",
      port: 3000,
      folder: ".artguard",
      limits: { waiting: 64 },
    });
  });

  it("come from a file and from the environment, which has the last word", () => {
    const file = { port: 8080, working: 3, host: "0.0.0.0" };
    expect(loadServerSettings({ ARTGUARD_HTTP_PORT: "9090", ARTGUARD_HTTP_HOST: "" }, file)).toMatchObject({
      host: "0.0.0.0",
      port: 9090,
      limits: { working: 3 },
    });
  });

  it("ask nobody elsewhere unless told to, in words or in JSON", () => {
    expect(loadServerSettings({}).cloud).toBe(false);
    expect(loadServerSettings({ ARTGUARD_HTTP_CLOUD: "true" }).cloud).toBe(true);
    expect(loadServerSettings({ ARTGUARD_HTTP_CLOUD: "false" }, { cloud: true }).cloud).toBe(false);
    expect(() => loadServerSettings({ ARTGUARD_HTTP_CLOUD: "yes" })).toThrow(
      "ARTGUARD_HTTP_CLOUD must be true or false",
    );
  });

  it("do not promise a cloud that nobody brings", async () => {
    const settings = { ...loadServerSettings({ ARTGUARD_HTTP_CLOUD: "true" }), folder: "/nowhere" };
    await expect(serve(settings)).rejects.toMatchObject({ code: "configuration.invalid" });
  });

  it("are refused with everything that is wrong with them", () => {
    const load = () =>
      loadServerSettings({ ARTGUARD_HTTP_PORT: "x", ARTGUARD_HTTP_DRAIN_MS: "-1" }, { prot: 1, waiting: -1 });
    expect(load).toThrow(
      "prot is no setting; ARTGUARD_HTTP_PORT must be a whole number; waiting must be 0 or more; ARTGUARD_HTTP_DRAIN_MS must be 1 or more",
    );
    expect(() => loadServerSettings({}, [])).toThrow("the file must hold one JSON object");
  });

  it("are all in the documentation", () => {
    const page = readFileSync(new URL("../../../docs/http.md", import.meta.url), "utf8");
    for (const [name, { variable }] of Object.entries(serverSettings)) {
      expect(page).toContain(`\`${name}\``);
      expect(page).toContain(`\`${variable}\``);
    }
  });
});

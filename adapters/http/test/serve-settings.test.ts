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
    expect(() => loadServerSettings({ ARTGUARD_ANONYMOUS: "yes" })).toThrow("ARTGUARD_ANONYMOUS must be true or false");
    expect(loadServerSettings({ ARTGUARD_EMBEDDED_ISSUER: "false" })).toMatchObject({
      embeddedIssuer: false,
      anonymous: false,
    });
    expect(() => loadServerSettings({}, [])).toThrow("the file must hold one JSON object");
  });

  it("take issuers whose tokens are believed from the file", () => {
    const rolesOfGroup = { Curators: ["curator"] };
    const issuers = [
      { preset: "cognito", region: "us-east-1", userPoolId: "us-east-1_AbC", clientIds: ["c"], subjectPrefix: "aws-" },
      { preset: "okta", domain: "dev-1.okta.com", subjectPrefix: "okta-", rolesOfGroup },
      {
        ...{ preset: "oidc", issuer: "https://id.example.org", jwksUri: "https://id.example.org/keys" },
        ...{ audience: ["artguard"], subjectPrefix: "own-", types: ["JWT"] },
      },
    ];
    expect(loadServerSettings({}, { issuers }).issuers).toMatchObject([
      { issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC", claims: { subjectPrefix: "aws-" } },
      { issuer: "https://dev-1.okta.com/oauth2/default", claims: { rolesOfGroup } },
      { issuer: "https://id.example.org", types: ["JWT"], recipient: { claim: "aud", oneOf: ["artguard"] } },
    ]);
  });

  it("name everything that is wrong with issuers, together with the rest", () => {
    const load =
      (issuers: unknown, more: object = {}) =>
      () =>
        loadServerSettings({}, { issuers, ...more });
    const okta = { preset: "okta", domain: "dev-1.okta.com" };
    const wrong = [{ preset: "saml" }, { preset: "okta" }, { ...okta, audiences: [] }];
    expect(load(wrong, { port: -1 })).toThrow(
      /port must be 0–65535; issuers\.0\.preset .*issuers\.1\.domain .*issuers\.2 /,
    );
    expect(load({})).toThrow("issuers must be a list");
    const oidc = { preset: "oidc", issuer: "https://id.example.org", audience: ["a"], subjectPrefix: "o-" };
    const unsafe = [
      { ...oidc, jwksUri: "http://id.example.org/keys" },
      { ...okta, domain: "okta", subjectPrefix: "p-" },
    ];
    expect(load(unsafe)).toThrow(/issuers\.0: .*https:\/\/.*; issuers\.1: domain/);
    // Without a prefix its users could be taken for those of the embedded issuer.
    expect(load([okta])).toThrow(/issuers: /);
    expect(load([okta], { embeddedIssuer: false })).not.toThrow();
  });

  it("are all in the documentation", () => {
    const page = readFileSync(new URL("../../../docs/http.md", import.meta.url), "utf8");
    for (const [name, { variable }] of Object.entries(serverSettings)) {
      expect(page).toContain(`\`${name}\``);
      expect(page).toContain(`\`${variable}\``);
    }
  });
});

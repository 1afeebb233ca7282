import { explainConfiguration, loadConfiguration } from "@artguard/core";
import { describe, expect, it } from "vitest";

const explained = (environment: Record<string, string>) =>
  new Map(explainConfiguration(environment).map((setting) => [setting.name, setting]));

describe("explainConfiguration", () => {
  it("says of every setting what holds and where that comes from", () => {
    const settings = explained({ ARTGUARD_ENV: "prod", ARTGUARD_FOLDER: "", AWS_REGION: "eu-central-1" });
    expect(settings.get("region")).toMatchObject({ value: "eu-central-1", source: "environment" });
    expect(settings.get("folder")).toMatchObject({ value: ".artguard", source: "default" });
    expect(settings.get("rawBucket")).toMatchObject({ value: "artguard-images-raw-prod", source: "default" });
    expect(settings.get("bedrockModel")).toMatchObject({ value: null, source: "default" });
  });

  it("agrees with what is loaded", () => {
    const environment = { ARTGUARD_ENV: "stage", DYNAMODB_USERS_TABLE: "people", ARTGUARD_LANGUAGE: "es" };
    const values = [...explained(environment)].flatMap(([name, { value }]) => (value === null ? [] : [[name, value]]));
    expect(Object.fromEntries(values)).toEqual(loadConfiguration(environment));
  });

  it("never shows a secret, also not a wrong one, nor credentials in an address", () => {
    const secret = "s3cr3t".repeat(8);
    const environment = {
      ARTGUARD_CURSOR_KEY: secret,
      ARTGUARD_API_KEY_SECRET: "too-short",
      ARTGUARD_S3_ENDPOINT: "http://me:hidden@localhost:9000",
    };
    const settings = explained(environment);
    const text = JSON.stringify([...settings]);
    for (const hidden of [secret, "too-short", "hidden@", "me:"]) expect(text).not.toContain(hidden);
    expect(settings.get("cursorKey")).toMatchObject({ value: "********", source: "environment", secret: true });
    expect(settings.get("apiKeySecret")?.problem).toMatch(/^ARTGUARD_API_KEY_SECRET must have 32/);
    expect(settings.get("s3Endpoint")?.value).toBe("http://********@localhost:9000");
  });

  it("names every problem, with the defaults of an environment whose name is wrong", () => {
    const settings = explained({ ARTGUARD_ENV: "No Good", AWS_REGION: "nowhere" });
    const problems = [...settings.values()].flatMap(({ problem }) => problem ?? []);
    expect(problems).toEqual([
      expect.stringContaining("ARTGUARD_ENV"),
      expect.stringContaining("AWS_REGION must be an AWS region"),
    ]);
  });
});

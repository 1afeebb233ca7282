import { readFileSync } from "node:fs";
import { isArtGuardError, loadConfiguration } from "@artguard/core";
import { describe, expect, it } from "vitest";
import { describeSettings } from "../../src/configuration/describe-settings.ts";
import { settings } from "../../src/configuration/settings.ts";

const messageOf = (environment: Record<string, string>) => {
  try {
    loadConfiguration(environment);
  } catch (error) {
    if (isArtGuardError(error, "configuration.invalid")) return error.message;
    throw error;
  }
  return "";
};

describe("loadConfiguration", () => {
  it("has a default for everything that a laptop needs", () => {
    expect(loadConfiguration({})).toEqual({
      environment: "dev",
      folder: ".artguard",
      region: "ca-central-1",
      analysesTable: "artguard-image-analysis-dev",
      usersTable: "artguard-users-dev",
      rawBucket: "artguard-images-raw-dev",
      processedBucket: "artguard-images-processed-dev",
      knowledgeBaseBucket: "artguard-knowledge-base-dev",
    });
  });

  it("names tables and buckets by the environment, unless they are named themselves", () => {
    const configuration = loadConfiguration({ ARTGUARD_ENV: "prod", DYNAMODB_USERS_TABLE: "people" });
    expect(configuration.analysesTable).toBe("artguard-image-analysis-prod");
    expect(configuration.usersTable).toBe("people");
    expect(configuration.rawBucket).toBe("artguard-images-raw-prod");
  });

  it("takes an empty variable as absent", () => {
    expect(loadConfiguration({ AWS_REGION: "" }).region).toBe("ca-central-1");
  });

  it("names every wrong variable and what it must be", () => {
    const message = messageOf({
      AWS_REGION: "canada",
      ARTGUARD_S3_ENDPOINT: "file:///etc",
      ARTGUARD_RAW_BUCKET: "A b",
    });
    expect(message).toContain('AWS_REGION must be an AWS region such as ca-central-1, got "canada"');
    expect(message).toContain("ARTGUARD_S3_ENDPOINT must be an http or https address");
    expect(message).toContain("ARTGUARD_RAW_BUCKET must be an S3 bucket name");
  });

  it("does not repeat a wrong secret", () => {
    const message = messageOf({ ARTGUARD_API_KEY_SECRET: "hunter2" });
    expect(message).toBe("ARTGUARD_API_KEY_SECRET must have 32 characters or more");
  });

  it("knows the settings of models and of knowledge bases, and names wrong ones", () => {
    const environment = {
      ARTGUARD_BEDROCK_REGION: "eu-central-1",
      ARTGUARD_RESIDENCY: "eu",
      ARTGUARD_BEDROCK_BUDGET_USD: "2.50",
      ARTGUARD_KNOWLEDGE_BASE_ID: "ABCDEFGHIJ",
      ARTGUARD_LANGUAGE: "es",
      ARTGUARD_MODAL_KEY: "wk-1",
    };
    expect(loadConfiguration(environment)).toMatchObject({
      ...{ bedrockRegion: "eu-central-1", residency: "eu", bedrockBudget: "2.50" },
      ...{ knowledgeBaseId: "ABCDEFGHIJ", language: "es", modalKey: "wk-1" },
    });
    const message = messageOf({
      ARTGUARD_RESIDENCY: "mars",
      ARTGUARD_BEDROCK_BUDGET_USD: "-1",
      ARTGUARD_KNOWLEDGE_BASE_ID: "../x",
      ARTGUARD_LANGUAGE: "fr",
      ARTGUARD_MODAL_KEY: "wk 1 hunter2",
    });
    expect(message).toContain('ARTGUARD_RESIDENCY must be one of apac, au, ca, eu, jp, us, us-gov, got "mars"');
    expect(message).toContain("ARTGUARD_BEDROCK_BUDGET_USD must be an amount such as 2.50");
    expect(message).toContain("ARTGUARD_KNOWLEDGE_BASE_ID must be ten letters and digits");
    expect(message).toContain('ARTGUARD_LANGUAGE must be one of en, es, got "fr"');
    expect(message).not.toContain("hunter2");
  });

  it("lets no environment name out of its place in a name", () => {
    for (const name of ["../x", "Dev", "a".repeat(21), "-a"])
      expect(messageOf({ ARTGUARD_ENV: name })).toContain("ARTGUARD_ENV");
  });
});

describe("docs/configuration.md", () => {
  it("holds the table of the settings as they are", () => {
    const text = readFileSync(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");
    expect(text).toContain(describeSettings());
  });

  it("knows each variable once", () => {
    const variables = Object.values(settings).map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
  });
});

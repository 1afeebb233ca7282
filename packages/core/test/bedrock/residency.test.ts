import { type BedrockOptions, bedrock, isResidency, residencies } from "@artguard/core/bedrock";
import { describe, expect, it } from "vitest";
import { model, region } from "./subjects.ts";

const sonnet = "anthropic.claude-sonnet-4-6";
const profileArn = (kind: string, id: string, place = "eu-central-1") =>
  `arn:aws:bedrock:${place}:123456789012:${kind}/${id}`;

describe("residency", () => {
  it.each([
    ["eu", "eu-central-1", `eu.${sonnet}`],
    ["eu", "eu-west-3", sonnet],
    ["eu", "eu-central-1", profileArn("inference-profile", `eu.${sonnet}`)],
    ["eu", "eu-central-1", profileArn("provisioned-model", "abc123")],
    ["us", "us-east-1", `us.${sonnet}`],
    ["us-gov", "us-gov-west-1", `us-gov.${sonnet}`],
    ["ca", "ca-central-1", `ca.${sonnet}`],
    ["ca", "ca-central-1", sonnet],
    ["jp", "ap-northeast-1", `jp.${sonnet}`],
    ["au", "ap-southeast-2", `au.${sonnet}`],
    ["apac", "ap-southeast-1", `apac.${sonnet}`],
    ["apac", "ap-northeast-1", `jp.${sonnet}`],
  ] as const)("%s admits %s with %s", (residency, place, id) => {
    expect(bedrock({ model: id, region: place, residency }).version).toBe(id);
  });

  it.each([
    ["eu", "eu-central-1", `global.${sonnet}`],
    ["eu", "eu-central-1", `us.${sonnet}`],
    ["eu", "us-east-1", `eu.${sonnet}`],
    ["eu", "eu-west-2", sonnet],
    ["eu", "eu-central-2", sonnet],
    ["eu", "eu-central-1", profileArn("application-inference-profile", "abc123")],
    ["eu", "eu-central-1", profileArn("inference-profile", `us.${sonnet}`)],
    ["eu", "eu-central-1", profileArn("inference-profile", `eu.${sonnet}`, "us-east-1")],
    ["eu", "eu-central-1", profileArn("inference-profile", `global.${sonnet}`)],
    // Profiles that nobody had heard of when this was written.
    ["eu", "eu-central-1", `sa.${sonnet}`],
    ["eu", "eu-central-1", `emea.${sonnet}`],
    ["eu", "eu-central-1", "me.amazon.nova-pro-v1:0"],
    ["eu", "eu-central-1", profileArn("inference-profile", `uk.${sonnet}`)],
    ["eu", "eu-central-1", profileArn("default-prompt-router", "anthropic.claude:1")],
    ["eu", "eu-central-1", profileArn("prompt-router", "abc123")],
    ["us", "us-east-1", `global.${sonnet}`],
    ["us", "us-gov-west-1", sonnet],
    ["ca", "ca-central-1", `us.${sonnet}`],
    ["au", "ap-southeast-2", `apac.${sonnet}`],
    ["jp", "ap-northeast-2", sonnet],
    ["apac", "ap-southeast-2", `global.${sonnet}`],
  ] as const)("%s refuses %s with %s, before any call", (residency, place, id) => {
    const refusal = expect.objectContaining({ code: "bedrock.outside-residency", details: { residency } });
    expect(() => bedrock({ model: id, region: place, residency })).toThrow(refusal);
  });

  it("admits everything when it is not set", () => {
    expect(bedrock({ model: `global.${sonnet}`, region: "ca-central-1" }).version).toBe(`global.${sonnet}`);
  });

  it("has names that can be told from others", () => {
    expect(residencies).toEqual(["apac", "au", "ca", "eu", "jp", "us", "us-gov"]);
    expect(isResidency("eu")).toBe(true);
    for (const other of ["EU", "toString", "__proto__", ""]) expect(isResidency(other), other).toBe(false);
  });
});

describe("an option", () => {
  it.each<[string, Partial<BedrockOptions>]>([
    ["a model id that is none", { model: "claude" }],
    ["a region that is none", { region: "Frankfurt" }],
    ["no tokens", { maxTokens: 0 }],
    ["half a token", { maxTokens: 1.5 }],
    ["more tokens than any model", { maxTokens: 1_000_000 }],
    ["no attempts", { maxAttempts: 0 }],
    ["no time", { timeoutMs: 0 }],
    ["more time than a timer can count", { timeoutMs: 2 ** 31 }],
    ["the same for an attempt", { attemptTimeoutMs: 2 ** 31 }],
    ["a budget below nothing", { budget: { perCallUsd: -1 } }],
    ["a budget that is no number", { budget: { perDayUsd: Number.NaN } }],
    ["a budget for a model without a price", { model: "eu.anthropic.claude-sonnet-5-5", budget: { perDayUsd: 1 } }],
  ])("is refused: %s", (_, options) => {
    expect(() => bedrock({ model, region, ...options })).toThrow(
      expect.objectContaining({ code: "bedrock.invalid-option" }),
    );
  });
});

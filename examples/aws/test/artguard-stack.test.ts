import { readFileSync } from "node:fs";
import {
  defineAnalysisTable,
  defineUserTable,
  lifecycleRules,
  loadConfiguration,
  type TableDefinition,
} from "@artguard/core";
import { createTableInput } from "@artguard/core/dynamodb";
import { governanceTables } from "@artguard/governance";
import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Code } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import { longestAnalysisMs } from "../../lambda/functions/longest-analysis.ts";
import type { FunctionCode } from "../add-functions.ts";
import { ArtGuardStack } from "../artguard-stack.ts";

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

const storagePage = readFileSync(new URL("../../../docs/storage.md", import.meta.url), "utf8");
const configuration = loadConfiguration({ ARTGUARD_ENV: "test" });
const inline = Code.fromInline("export const handler = async () => undefined;");
const everyFunction: FunctionCode = { api: inline, worker: inline, preprocess: inline, privacy: inline };

function templateOf(code: FunctionCode = {}): Template {
  return Template.fromStack(new ArtGuardStack(new App(), "artguard-test", { configuration, code }));
}

const template = templateOf();
const deployed = templateOf(everyFunction);

/** Actions of every statement of a function's role, each with what it is allowed on. */
function permissionsOf(name: string): [action: string, resource: string][] {
  const [, role] = Object.entries(template.findResources("AWS::IAM::Role")).find(([id]) =>
    id.startsWith(`${name}Role`),
  )!;
  const statements: Statement[] = role["Properties"].Policies.flatMap(
    (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
  );
  return statements.flatMap(({ Action, Resource }) =>
    [Action].flat().map((action): [string, string] => [action, JSON.stringify(Resource)]),
  );
}

describe("the tables of the stack", () => {
  it("have the declarations' keys, indexes, projections and TTL attributes", () => {
    expectTable(defineAnalysisTable(configuration.analysesTable));
    expectTable(defineUserTable(configuration.usersTable));
    governanceTables(expectTable, "test");
  });

  it("are encrypted, recoverable to a point in time, protected from deletion, and stay when the stack goes", () => {
    template.allResourcesProperties("AWS::DynamoDB::Table", {
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
    template.allResources("AWS::DynamoDB::Table", { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    template.resourceCountIs("AWS::DynamoDB::Table", 2 + governanceTables(() => 1).length);
  });
});

describe("the buckets of the stack", () => {
  it("are private, encrypted, announce their objects, and stay when the stack goes", () => {
    template.resourceCountIs("AWS::S3::Bucket", 3);
    template.allResourcesProperties("AWS::S3::Bucket", {
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    template.resourceCountIs("Custom::S3BucketNotifications", 3);
    template.allResources("AWS::S3::Bucket", { DeletionPolicy: "Retain" });
  });

  it("refuse requests without TLS", () => {
    template.allResourcesProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
        ]),
      },
    });
  });

  it("delete exactly what the declared lifecycle says, and training images never", () => {
    const rules = Object.values(template.findResources("AWS::S3::Bucket")).flatMap(
      (bucket) =>
        bucket["Properties"].LifecycleConfiguration.Rules as {
          Id: string;
          Prefix?: string;
          ExpirationInDays?: number;
        }[],
    );
    const expiring = rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
    const declared = lifecycleRules.filter(({ expireAfterDays }) => expireAfterDays !== null);
    expect(expiring.map(({ Id, Prefix, ExpirationInDays }) => [Id, Prefix, ExpirationInDays]).sort()).toEqual(
      declared.map(({ id, prefix, expireAfterDays }) => [id, prefix, expireAfterDays]).sort(),
    );
    expect(expiring.filter(({ Prefix }) => Prefix === undefined || Prefix.startsWith("training"))).toEqual([]);
  });

  it("keep earlier versions of the knowledge base alone", () => {
    const versioned = Object.values(
      template.findResources("AWS::S3::Bucket", { Properties: { VersioningConfiguration: { Status: "Enabled" } } }),
    );
    expect(versioned.map((bucket) => bucket["Properties"].BucketName)).toEqual([configuration.knowledgeBaseBucket]);
  });
});

describe("the roles of the stack", () => {
  it.each(["api", "worker", "preprocess", "privacy"])(
    "give %s no wildcard action and no resource outside the stack",
    (name) => {
      const permissions = permissionsOf(name);
      expect(permissions.length).toBeGreaterThan(0);
      expect(permissions.filter(([action]) => action.includes("*"))).toEqual([]);
      // The ARN of a secret is what a reference to it gives.
      expect(
        permissions.filter(([, resource]) => !/"Fn::GetAtt"|^{"Ref":"InstallationKeys\w+"}$/.test(resource)),
      ).toEqual([]);
    },
  );

  it.each(["api", "worker", "preprocess", "privacy"])(
    "let %s neither scan a table nor change a table or bucket",
    (name) => {
      const actions = permissionsOf(name).map(([action]) => action);
      expect(actions.filter((action) => /Scan|Table$|TimeToLive|Bucket(Policy|Acl)|Lifecycle/.test(action))).toEqual(
        [],
      );
    },
  );

  it.each(["api", "worker", "privacy"])(
    "let %s do on both tables what the repositories do, and delete every object of an analysis from both buckets",
    (name) => {
      const allowed = (wanted: string, resource: RegExp) =>
        permissionsOf(name).filter(([action, on]) => action === wanted && resource.test(on)).length;
      const { Permissions } = /\*\*Permissions\*\*: (?<Permissions>[^.]+) on the tables/.exec(storagePage)!.groups!;
      const actions = Permissions!.split(/, | and /);
      expect(actions).toHaveLength(8);
      for (const action of actions)
        for (const table of [/"Analyses/, /"Users/])
          expect([action, allowed(`dynamodb:${action}`, table)]).toEqual([action, 1]);
      for (const bucket of ["Raw", "Processed"]) {
        expect(allowed("s3:ListBucket", new RegExp(`"${bucket}`))).toBe(1);
        expect(allowed("s3:DeleteObject", new RegExp(`"${bucket}.*/inference/\\*`))).toBe(1);
      }
    },
  );

  it("let whoever writes objects also remove the parts of an upload that failed", () => {
    for (const name of ["api", "worker", "preprocess", "privacy"]) {
      const where = (wanted: string) =>
        permissionsOf(name).flatMap(([action, resource]) => (action === `s3:${wanted}` ? [resource] : []));
      expect(where("AbortMultipartUpload")).toEqual(where("PutObject"));
    }
  });

  it("let erasure and export reach the images of an earlier system in either bucket", () => {
    for (const name of ["api", "privacy"]) {
      const reached = permissionsOf(name).filter(([, resource]) => resource.includes("/audit/*"));
      expect(reached.map(([action]) => action).sort()).toEqual([
        "s3:DeleteObject",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:GetObject",
      ]);
    }
  });

  it("let whoever runs analyses or sweeps use the tables, the key and the secret of governance, and nobody else", () => {
    for (const name of ["api", "worker", "preprocess", "privacy"]) {
      const permissions = permissionsOf(name);
      const on = (pattern: RegExp) => permissions.filter(([, resource]) => pattern.test(resource));
      const isTrusted = name !== "preprocess";
      expect(on(/"Wrapping/).map(([action]) => action)).toEqual(isTrusted ? ["kms:Encrypt", "kms:Decrypt"] : []);
      const reads = isTrusted ? ["secretsmanager:GetSecretValue"] : [];
      expect(on(/"InstallationKeys\w+"}$/).map(([action]) => action)).toEqual(reads);
      expect(on(/"(Access|Audit|Identity|Approvals|Usage|Geography)/).length > 0).toBe(isTrusted);
    }
  });

  it("let api announce what was submitted, and not read it", () => {
    const [, policy] = Object.entries(deployed.findResources("AWS::IAM::Policy")).find(([id]) => /^apiRole/.test(id))!;
    const actions = policy["Properties"].PolicyDocument.Statement.flatMap(({ Action }: Statement) => Action);
    expect(actions.filter((action: string) => action.startsWith("sqs:"))).toContain("sqs:SendMessage");
    expect(actions).not.toContain("sqs:ReceiveMessage");
  });

  it("let preprocessing touch nothing but training images", () => {
    for (const [action, resource] of permissionsOf("preprocess")) {
      expect(action).toMatch(/^s3:/);
      expect(resource).toContain("/training/*");
    }
  });
});

describe("the functions of the stack", () => {
  it("are only deployed when their code is given", () => {
    expect(namedFunctions(template)).toEqual([]);
    expect(namedFunctions(deployed)).toHaveLength(4);
  });

  it("start preprocessing for new objects under training/ of the raw bucket, and write to another bucket", () => {
    deployed.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: {
          bucket: { name: [{ Ref: Match.stringLikeRegexp("^Raw") }] },
          object: { key: [{ prefix: "training/" }] },
        },
      },
    });
    const writes = permissionsOf("preprocess").filter(([action]) => action === "s3:PutObject");
    expect(writes.map(([, resource]) => /Raw/.test(resource))).toEqual([false]);
  });

  it("have an encrypted queue for what failed, and alarms", () => {
    deployed.resourceCountIs("AWS::SQS::Queue", 6);
    deployed.allResourcesProperties("AWS::SQS::Queue", { SqsManagedSseEnabled: true });
    for (const metric of ["Errors", "Throttles"]) {
      const alarms = deployed.findResources("AWS::CloudWatch::Alarm", {
        Properties: { Namespace: "AWS/Lambda", MetricName: metric },
      });
      expect(Object.keys(alarms)).toHaveLength(5);
    }
  });

  it("do submitted analyses by a queue with partial failures, whose messages are hidden as long as AWS advises", () => {
    deployed.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      EventSourceArn: { "Fn::GetAtt": [Match.stringLikeRegexp("^submittedAnalyses"), "Arn"] },
    });
    deployed.hasResourceProperties("AWS::SQS::Queue", {
      VisibilityTimeout: 6 * 15 * 60,
      RedrivePolicy: {
        deadLetterTargetArn: { "Fn::GetAtt": [Match.stringLikeRegexp("^submittedDeadLetters"), "Arn"] },
        maxReceiveCount: 5,
      },
    });
  });

  it("answer at a URL, and look for work that no message came for at regular times", () => {
    deployed.hasResourceProperties("AWS::Lambda::Url", {
      AuthType: "NONE",
      TargetFunctionArn: { "Fn::GetAtt": [Match.stringLikeRegexp("^api"), "Arn"] },
    });
    deployed.hasResourceProperties("AWS::Lambda::Function", { Handler: "index.lookForWork" });
    deployed.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(15 minutes)",
      Targets: [{ Arn: { "Fn::GetAtt": [Match.stringLikeRegexp("^lookForWork"), "Arn"] } }],
    });
  });

  it("run longer than an analysis may take, with time for a cold start", () => {
    const timeouts = Object.values(
      deployed.findResources("AWS::Lambda::Function", { Properties: { MemorySize: 3008 } }),
    ).map((resource) => resource["Properties"].Timeout);
    expect(timeouts).toHaveLength(5);
    expect(Math.min(...timeouts) * 1000).toBeGreaterThanOrEqual(longestAnalysisMs + 15_000);
  });

  it("let callers in at the URL: by both permissions that AWS asks for, and no other way", () => {
    const allowed = Object.values(
      deployed.findResources("AWS::Lambda::Permission", { Properties: { Principal: "*" } }),
    );
    const conditions = allowed.map(({ Properties: { Action, FunctionUrlAuthType, InvokedViaFunctionUrl } }) => {
      return [Action, FunctionUrlAuthType ?? InvokedViaFunctionUrl];
    });
    expect(conditions.toSorted()).toEqual([
      ["lambda:InvokeFunction", true],
      ["lambda:InvokeFunctionUrl", "NONE"],
    ]);
  });

  it("are told where the queue is: the one that announces", () => {
    const environments = Object.values(deployed.findResources("AWS::Lambda::Function")).map(
      (resource) => resource["Properties"].Environment?.Variables ?? {},
    );
    expect(environments.filter(({ ARTGUARD_QUEUE_URL }) => ARTGUARD_QUEUE_URL)).toHaveLength(1);
  });

  it("get no secret in their environment, only where it is", () => {
    const environments = Object.values(deployed.findResources("AWS::Lambda::Function")).flatMap((resource) =>
      Object.entries(resource["Properties"].Environment?.Variables ?? {}),
    );
    expect(environments.map(([name]) => name)).toContain("DYNAMODB_USERS_TABLE");
    const suspicious = environments.filter(([name]) => /KEY|SECRET|TOKEN/.test(name));
    expect(new Set(suspicious.map(([name]) => name))).toEqual(new Set(["ARTGUARD_KMS_KEY", "ARTGUARD_KEYS_SECRET"]));
    for (const [, value] of suspicious) expect(JSON.stringify(value)).toMatch(/^{"(Ref|Fn::GetAtt)"/);
  });
});

function expectTable<Item extends object>(definition: TableDefinition<Item>): void {
  const { createTable } = createTableInput(definition, { tableName: definition.name });
  const indexes = createTable.GlobalSecondaryIndexes?.map((index) => Match.objectLike({ ...index }));
  expect(indexes?.length ?? 0).toBe(Object.keys(definition.indexes).length);
  template.hasResourceProperties("AWS::DynamoDB::Table", {
    TableName: definition.name,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: createTable.KeySchema!.map((element) => ({ ...element })),
    AttributeDefinitions: createTable.AttributeDefinitions!.map((attribute) => ({ ...attribute })),
    GlobalSecondaryIndexes: indexes ?? Match.absent(),
    TimeToLiveSpecification: definition.ttl ? { AttributeName: definition.ttl, Enabled: true } : Match.absent(),
  });
}

/** Without CDK's own helper functions. */
function namedFunctions(from: Template): string[] {
  return Object.keys(
    from.findResources("AWS::Lambda::Function", { Properties: { Handler: "index.handler", MemorySize: 3008 } }),
  );
}

import { CfnOutput, Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { ManagedPolicy, PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  type Code,
  type FunctionProps,
  FunctionUrlAuthType,
  Function as LambdaFunctionResource,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { type FunctionName, functionNames, permissionsOf } from "./permissions.ts";
import type { Storage } from "./storage.ts";

/** The code of each function that is to be deployed: a bundle that exports `handler` from `index.mjs`. */
export type FunctionCode = Readonly<Partial<Record<FunctionName, Code>>>;

/** Large images need memory; the rest of the time they need the processor that comes with it. */
const memoryMegabytes = 3008;

const longestCall = Duration.minutes(15);
/** A function URL waits as long as the function may run; more than a minute is for `respond-async`. */
const longestAnswer = Duration.minutes(1);
/** Deliveries of a message; then it is for somebody to look at. */
const mostDeliveries = 5;

const daily = Schedule.cron({ hour: "3", minute: "17" });
/** Between two looks for work that no message came for. */
const often = Schedule.rate(Duration.minutes(15));

/** A role for every function, whether its code is deployed here or elsewhere. */
export function addRoles(scope: Construct, storage: Storage): Record<FunctionName, Role> {
  const entries = functionNames.map((name) => [
    name,
    new Role(scope, `${name}Role`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("service-role/AWSLambdaBasicExecutionRole")],
      inlinePolicies: { records: new PolicyDocument({ statements: permissionsOf(name, storage) }) },
    }),
  ]);
  return Object.fromEntries(entries);
}

/** The functions whose code is given, and what starts them. */
export function addFunctions(
  scope: Construct,
  code: FunctionCode,
  roles: Record<FunctionName, Role>,
  storage: Storage,
  environment: Record<string, string>,
): LambdaFunctionResource[] {
  const queue = code.worker && addQueue(scope);
  queue?.grantSendMessages(roles.api);
  return functionNames.flatMap((name) => {
    const source = code[name];
    if (!source) return [];
    const properties: FunctionProps = {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.X86_64,
      handler: "index.handler",
      code: source,
      role: roles[name],
      memorySize: memoryMegabytes,
      timeout: name === "api" ? longestAnswer : longestCall,
      deadLetterQueue: addDeadLetters(scope, name),
      environment: { ...environment, ...(name === "api" && queue && { ARTGUARD_QUEUE_URL: queue.queueUrl }) },
    };
    const added = new LambdaFunctionResource(scope, name, properties);
    if (name === "api") answerAtUrl(scope, added);
    if (name === "worker" && queue)
      added.addEventSource(new SqsEventSource(queue, { batchSize: 10, reportBatchItemFailures: true }));
    if (name === "preprocess") startOnTrainingImages(scope, added, storage);
    if (name === "privacy") new Rule(scope, "dailySweep", { schedule: daily, targets: [new LambdaFunction(added)] });
    return name === "worker" ? [added, lookForWork(scope, properties)] : [added];
  });
}

function addDeadLetters(scope: Construct, name: string): Queue {
  return new Queue(scope, `${name}DeadLetters`, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
}

/** Anybody may ask; who it is and what it may do is said by ArtGuard. */
function answerAtUrl(scope: Construct, target: LambdaFunctionResource): void {
  const { url } = target.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
  new CfnOutput(scope, "apiUrl", { value: url });
}

/** Does what no message came for, with the worker's code. */
function lookForWork(scope: Construct, worker: FunctionProps): LambdaFunctionResource {
  const added = new LambdaFunctionResource(scope, "lookForWork", { ...worker, handler: "index.lookForWork" });
  new Rule(scope, "openWork", { schedule: often, targets: [new LambdaFunction(added)] });
  return added;
}

/** Messages `{"request_id": "…"}`, in which `api` announces what was submitted; what has not ended comes again. */
function addQueue(scope: Construct): Queue {
  const queue = new Queue(scope, "submittedAnalyses", {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // AWS advises six times the timeout of the function.
    visibilityTimeout: Duration.minutes(6 * longestCall.toMinutes()),
    deadLetterQueue: { queue: addDeadLetters(scope, "submitted"), maxReceiveCount: mostDeliveries },
  });
  new CfnOutput(scope, "submittedAnalysesUrl", { value: queue.queueUrl });
  return queue;
}

/** Workflow B: every new object under `training/` of the raw bucket. Its copy goes to another bucket, so nothing loops. */
function startOnTrainingImages(scope: Construct, target: LambdaFunctionResource, { raw }: Storage): void {
  new Rule(scope, "trainingImages", {
    eventPattern: {
      source: ["aws.s3"],
      detailType: ["Object Created"],
      detail: { bucket: { name: [raw.bucketName] }, object: { key: [{ prefix: "training/" }] } },
    },
    targets: [new LambdaFunction(target, { retryAttempts: 2 })],
  });
}

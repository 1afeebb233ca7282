// `handler` is started by a queue whose messages name submitted analyses, `lookForWork` by a schedule for what no message
// came for.
import { openWorkHandler, sqsBatchHandler } from "@artguard/lambda";
import { governance } from "./deployment.ts";

export const handler = sqsBatchHandler(governance);
export const lookForWork = openWorkHandler(governance);

// Started once a day: what has expired goes, with its keys, and interrupted erasures end in every room.
import { governedSweeps } from "@artguard/governance";
import { sweepHandler } from "@artguard/lambda";
import { governance } from "./deployment.ts";

export const handler = sweepHandler({ privacy: governedSweeps(governance) });

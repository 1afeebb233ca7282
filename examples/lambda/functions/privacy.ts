// Started once a day.
import { openPrivacy } from "@artguard/core";
import { sweepHandler } from "@artguard/lambda";
import { buckets, tables } from "./stores.ts";

const privacy = await openPrivacy({ ...tables(), objects: buckets() });

export const handler = sweepHandler({ privacy });

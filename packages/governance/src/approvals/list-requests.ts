import { ArtGuardError, type Page, type PageOptions, type Table } from "@artguard/core";
import {
  type ApprovalItem,
  type CustodianPlace,
  custodianPlaces,
  type RequestItem,
  requestItemSchema,
} from "./approval-table.ts";

const defaultPage = 20;

/** What somebody asked for, newest first. */
export async function requestsAskedBy(
  table: Table<ApprovalItem>,
  personId: string,
  { limit = defaultPage, cursor }: PageOptions,
): Promise<Page<RequestItem>> {
  const { items, ...next } = await table.query({
    ...{ index: "requester-index", partition: personId, scope: personId, order: "newest_first", limit },
    ...(cursor !== undefined && { cursor }),
  });
  return { ...next, items: items.map((item) => requestItemSchema.parse(item)) };
}

/** What waits for a custodian: as primary, newest first, then as secondary; also what has expired meanwhile. */
export async function requestsWaitingFor(
  table: Table<ApprovalItem>,
  personId: string,
  { limit = defaultPage, cursor = "p" }: PageOptions,
): Promise<Page<RequestItem>> {
  const items: RequestItem[] = [];
  const start = splitCursor(cursor);
  for (const place of custodianPlaces.slice(custodianPlaces.indexOf(start.place))) {
    if (items.length === limit) return { items, cursor: joined({ place }) };
    const page = await table.query({
      ...{ index: `${place}-index`, partition: personId, scope: personId, limit: limit - items.length },
      ...{ order: "newest_first", ...(place === start.place && start.rest !== undefined && { cursor: start.rest }) },
    });
    items.push(...page.items.map((item) => requestItemSchema.parse(item)));
    if (page.cursor !== undefined) return { items, cursor: joined({ place, rest: page.cursor }) };
  }
  return { items };
}

/** Where a list of what waits for somebody goes on. */
interface PlaceInList {
  readonly place: CustodianPlace;
  readonly rest?: string;
}

function joined({ place, rest = "" }: PlaceInList): string {
  return `${place[0]}${rest}`;
}

function splitCursor(cursor: string): PlaceInList {
  const place = custodianPlaces.find((each) => cursor[0] === each[0]);
  if (!place) throw new ArtGuardError("storage.invalid-cursor", "the cursor is of another list");
  return { place, ...(cursor.length > 1 && { rest: cursor.slice(1) }) };
}

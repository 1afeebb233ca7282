import { deleteAction, updateAction } from "../storage/table-store.ts";
import type { UserId } from "../user/user-id.ts";
import { markerKey } from "../user/user-marker.ts";
import { deleteAllExpired, type PrivacyCallOptions, type PrivacyContext } from "./privacy-context.ts";

/** Markers deleted in one transaction; the count goes with them. */
const pageSize = 50;

/** Deletes what stands beside a user's account: e-mail address, API keys and Idempotency-Keys. */
export async function sweepMarkers(
  userId: UserId,
  { store, users }: PrivacyContext,
  { signal }: PrivacyCallOptions,
): Promise<void> {
  await deleteAllExpired(users, { ...(signal && { signal }) });
  const state = markerKey.erasure(userId);
  let cursor: string | undefined;
  do {
    signal?.throwIfAborted();
    const page = await users.query({
      index: "owner-index",
      partition: userId,
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    });
    // The erasure's own state is among what the user owns, until completion.
    const found = await users.batchGet(
      page.items.map(({ user_id }) => ({ user_id })),
      { consistent: true },
    );
    const markers = found.filter((item) => item !== undefined && item.user_id !== state);
    if (markers.length > 0) {
      await store.transact([
        ...markers.map((item) => deleteAction(users.definition, { user_id: item!.user_id })),
        updateAction(users.definition, { user_id: state }, { add: { erased_markers: markers.length } }),
      ]);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

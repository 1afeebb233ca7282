import { deleteUploadBytes, type UploadName } from "../analysis/stored-uploads.ts";
import { isArtGuardError } from "../errors/artguard-error.ts";
import { deleteAction } from "../storage/table-store.ts";
import type { UserId } from "../user/user-id.ts";
import type { UserItem } from "../user/user-table.ts";
import { countAction } from "./count-erased.ts";
import { deleteAllExpired, type PrivacyCallOptions, type PrivacyContext } from "./privacy-context.ts";

/** Markers deleted in one transaction; the count goes with them. */
const pageSize = 50;

/** Deletes what stands beside a user's account: e-mail address, API keys, Idempotency-Keys and uploads with their bytes. */
export async function sweepMarkers(
  userId: UserId,
  context: PrivacyContext,
  options: PrivacyCallOptions,
): Promise<void> {
  await deleteAllExpired(context.users, options);
  let cursor: string | undefined;
  do {
    options.signal?.throwIfAborted();
    const page = await context.users.query({
      index: "owner-index",
      partition: userId,
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    });
    const keys = page.items.map(({ user_id }) => user_id);
    await deleteMarkers(keys, userId, context, options);
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Deletes those that are still there, and counts them in the same transaction. */
async function deleteMarkers(
  keys: readonly string[],
  userId: UserId,
  context: PrivacyContext,
  options: PrivacyCallOptions,
): Promise<void> {
  const { store, users, objects } = context;
  const found = await users.batchGet(
    keys.map((user_id) => ({ user_id })),
    { consistent: true },
  );
  // The erasure's own state is among what the user owns, until completion.
  const markers = found.filter((item) => item !== undefined && item.kind !== "erasure");
  if (markers.length === 0) return;
  const uploads = markers.filter(isUpload);
  const deleteBytes = async () => {
    for (const upload of uploads) await deleteUploadBytes(upload, objects, options.signal);
  };
  // Before, so that a marker leads to what is left; and after, for what came in between.
  await deleteBytes();
  const erased_objects = uploads.filter(({ kind }) => kind === "upload").length;
  try {
    await store.transact([
      ...markers.map((item) => deleteAction(users.definition, { user_id: item!.user_id }, { item: "present" })),
      countAction(users.definition, userId, { erased_markers: markers.length, erased_objects }),
    ]);
  } catch (error) {
    if (!isArtGuardError(error, "storage.transaction-cancelled")) throw error;
    // Another process was faster with some of them.
    await deleteMarkers(keys, userId, context, options);
  }
  await deleteBytes();
}

function isUpload(item: UserItem | undefined): item is UserItem & UploadName {
  return item?.kind === "upload" || item?.kind === "uploaded";
}

/** What a code means, what the caller can do, and whether the same call may succeed later; default false. */
interface ErrorDescription {
  readonly meaning: string;
  readonly fix: string;
  readonly retryable?: boolean;
}

/**
 * Every error code of ArtGuard: `room.reason`, what it means, what the caller can do.
 * `docs/errors.md` is checked against this table by a test.
 */
export const errorCodes = {
  "analysis.aborted": {
    meaning: "The caller's AbortSignal fired.",
    fix: "Start the analysis again if it is still wanted.",
  },
  "analysis.consent-required": {
    meaning: "An image is to be kept without consent that allows it.",
    fix: "Pass the consent for image_storage that the image's owner gave, or do not save the image.",
  },
  "analysis.dead-letter": {
    meaning: "The analysis was begun as often as allowed and never ended.",
    fix: "Read error_message for the last failure; submit the image again once its cause is mended.",
  },
  "analysis.illegal-transition": {
    meaning: "The record's status does not allow this change.",
    fix: "Read the record again; a COMPLETED or FAILED analysis is final.",
  },
  "analysis.image-not-saved": {
    meaning: "The analysis has no image any more, or never kept one.",
    fix: "Analyse the image anew; keep it with saveImage and consent if it shall be judged again later.",
  },
  "analysis.input-missing": {
    meaning:
      "The input of an unfinished analysis no longer exists: its process ended, or it waited more than 24 hours.",
    fix: "Analyse or submit the image again.",
  },
  "analysis.invalid-input": { meaning: "An argument has the wrong type or range.", fix: "Correct the named argument." },
  "analysis.lease-lost": {
    meaning: "The analysis was taken over, ended, changed or deleted by someone else meanwhile; nothing was written.",
    fix: "Nothing is to be done: what the others wrote stands. Read the record again.",
  },
  "analysis.not-found": { meaning: "No analysis has this request_id.", fix: "Check the request_id." },
  "configuration.invalid": {
    meaning: "A setting from the environment has a wrong value.",
    fix: "Correct the named variables; docs/configuration.md lists them.",
  },
  "detection.failed": {
    meaning: "A detector threw; the other detectors' results stand.",
    fix: "Report it with the image's SHA-256 and the detector's version.",
  },
  "detection.timed-out": {
    meaning: "A detector did not finish before its deadline; the other results stand.",
    fix: "Raise the deadline or leave the detector out.",
  },
  "fusion.unknown-policy": {
    meaning: "No verdict policy has this version.",
    fix: "Use a version that listPolicies() names.",
  },
  "geography.approval-required": {
    meaning: "The networks of an organisation change only when custodians agree.",
    fix: "Wait for the approval of details.approval_id and pass it with the same change.",
  },
  "geography.database-unusable": {
    meaning: "The country database is missing, is not a MaxMind DB file or has no countries.",
    fix: "Put a country .mmdb file at the configured path; `artguard doctor` names what is wrong.",
  },
  "geography.invalid-input": {
    meaning: "A network, a country or a limit has a wrong form.",
    fix: "Correct the named field.",
  },
  "geography.restricted": {
    meaning: "The caller's organisation does not admit requests from there.",
    fix: "Ask from an admitted country or network, or ask the organisation to admit the network.",
  },
  "identity.already-exists": {
    meaning: "This organisation or person is registered already.",
    fix: "Read the registration; change it in place of registering again.",
  },
  "identity.approval-required": {
    meaning: "A delegation is made only when custodians agree.",
    fix: "Wait for the approval of details.approval_id and pass it with the same delegation.",
  },
  "identity.challenge-required": {
    meaning: "The identity provider asks for more than a password.",
    fix: "Sign in through the provider's own page.",
  },
  "identity.invalid-configuration": {
    meaning: "An issuer, or the embedded one, is configured so that it cannot be trusted.",
    fix: "Correct the named option.",
  },
  "identity.invalid-credentials": {
    meaning: "The e-mail address or the password is wrong, or the user is no member of the organisation.",
    fix: "Try again; after several failures the account is shut for a time.",
  },
  "identity.invalid-input": {
    meaning: "A field has a wrong form.",
    fix: "Correct the named field.",
  },
  "identity.invalid-refresh-token": {
    meaning: "The refresh token is malformed, forged, or its session is over.",
    fix: "Log in again.",
  },
  "identity.invalid-token": {
    meaning: "The token is malformed, forged, expired or not for this service.",
    fix: "Get a new access token; an ID token is not accepted.",
  },
  "identity.key-set-unavailable": {
    meaning: "The issuer's public keys cannot be read.",
    fix: "Try again later; check that this host reaches the issuer.",
    retryable: true,
  },
  "identity.not-a-member": {
    meaning: "The user is no member of the organisation, or lacks the roles there.",
    fix: "Act in an organisation that the user belongs to.",
  },
  "identity.organization-not-found": {
    meaning: "No organisation has this id.",
    fix: "Check the id, or register the organisation first.",
  },
  "identity.provider-unavailable": {
    meaning: "The identity provider did not answer, or not as expected.",
    fix: "Try again later; the cause has the provider's answer.",
    retryable: true,
  },
  "identity.refresh-reused": {
    meaning: "A refresh token came a second time: somebody else may have it, and its session was ended.",
    fix: "Log in again.",
  },
  "identity.revoked": {
    meaning: "The token or its session was ended before its time.",
    fix: "Log in again.",
  },
  "identity.step-up-required": {
    meaning: "This needs a stronger or newer proof of who is asking.",
    fix: "Log in again with a second factor.",
  },
  "identity.too-many-attempts": {
    meaning: "Too many logins failed, or too many come at once.",
    fix: "Wait for details.retry_after_ms.",
    retryable: true,
  },
  "identity.unknown-user": {
    meaning: "The credential is good, but its user is not, or no longer, a user here.",
    fix: "Make the user first, or get one who exists.",
  },
  "identity.weak-password": {
    meaning: "The password is too short, too long or too easily guessed.",
    fix: "Choose a longer one without the user's name.",
  },
  "image.decode-timeout": {
    meaning: "The image was not decoded before the deadline; its decoder was stopped.",
    fix: "Raise the deadline, or treat the file as hostile.",
  },
  "image.decoder-crashed": {
    meaning: "The isolated decoder process ended while it read this image.",
    fix: "Treat the file as hostile; the host process is unharmed.",
  },
  "image.empty": { meaning: "The input has no bytes.", fix: "Pass the whole content of an image file." },
  "image.metadata-too-large": {
    meaning: "The file carries more metadata than the limit.",
    fix: "Strip the metadata or raise limits.maxMetadataBytes.",
  },
  "image.too-large": {
    meaning: "The file has more bytes than the limit.",
    fix: "Raise limits.maxBytes if this size is expected.",
  },
  "image.too-many-frames": {
    meaning: "The file declares more frames than the limit.",
    fix: "Extract one frame, or raise limits.maxFrames.",
  },
  "image.too-many-pixels": {
    meaning: "The image declares more pixels than the limit.",
    fix: "Raise limits.maxPixels if this size is expected; do not downscale before an analysis.",
  },
  "image.undecodable": {
    meaning: "The bytes claim to be an image but cannot be decoded.",
    fix: "Get an intact copy of the file.",
  },
  "image.unreadable": {
    meaning: "The input cannot be read from where it is.",
    fix: "Check that the path exists, is a file and may be read.",
  },
  "image.unsupported-format": {
    meaning: "The format is not one of JPEG, PNG, WebP, TIFF, AVIF, GIF.",
    fix: "Export the image losslessly as PNG or TIFF and analyse that.",
  },
  "jpeg.malformed": { meaning: "The JPEG bitstream breaks the standard.", fix: "Get an intact copy of the file." },
  "jpeg.unsupported": {
    meaning: "The JPEG uses a process this reader does not cover (12-bit, arithmetic, lossless, hierarchical).",
    fix: "Nothing is lost: detectors that need coefficients report not_applicable.",
  },
  "privacy.no-consent": {
    meaning: "There is no consent to withdraw.",
    fix: "Nothing was kept under a consent; deleteAnalysis deletes the result itself.",
  },
  "storage.access-denied": {
    meaning:
      "The store refuses access: credentials are wrong, expired or without permission, or a file may not be opened.",
    fix: "Check credentials, permissions and the path; `artguard doctor` names what is missing.",
  },
  "storage.batch-incomplete": {
    meaning: "Some writes of a batch stayed undone until the deadline; the others are done.",
    fix: "Repeat the whole batch: its writes are idempotent.",
    retryable: true,
  },
  "storage.bucket-missing": {
    meaning: "The bucket does not exist, or is in another region than the client.",
    fix: "Check the configured bucket name and region.",
  },
  "storage.checksum-mismatch": {
    meaning: "The bytes received are not those that the given or sent SHA-256 describes; nothing was written.",
    fix: "Send the bytes again, with the SHA-256 of exactly these bytes.",
  },
  "storage.condition-failed": {
    meaning: "A conditional write found another state.",
    fix: "Read the item again and decide anew.",
  },
  "storage.corrupt": {
    meaning: "A file of the store is damaged or is not one of ArtGuard's.",
    fix: "Restore it from a backup, or move it aside to begin with an empty store.",
  },
  "storage.full": {
    meaning: "The disk or quota of the store is full; nothing was written and what was stored is intact.",
    fix: "Make room, then repeat the write.",
  },
  "storage.idempotency-mismatch": {
    meaning: "Another transaction used this token within the last 10 minutes.",
    fix: "Use a token for one set of actions only.",
  },
  "storage.invalid-cursor": {
    meaning: "The cursor was not made by this store for this query and scope.",
    fix: "Pass the cursor of the previous page unchanged, with the same query, or begin again without one.",
  },
  "storage.invalid-item": {
    meaning: "The item does not match its table's schema.",
    fix: "Correct the named attribute.",
  },
  "storage.invalid-key": {
    meaning: "The object key or table key is not allowed.",
    fix: "Give each key attribute a value of its type, not empty; an object key is a relative path without empty, '.' or '..' segments.",
  },
  "storage.invalid-option": {
    meaning: "A range, tag, content type, limit or duration of an object call is not allowed.",
    fix: "Correct what the message names.",
  },
  "storage.invalid-query": {
    meaning: "A query, condition, change or transaction is not one that every store can run.",
    fix: "Correct what the message names.",
  },
  "storage.item-too-large": {
    meaning: "An item has more than 400 KB, or the items of a transaction more than 4 MB.",
    fix: "Keep large content in the object store and its key in the item.",
  },
  "storage.not-found": { meaning: "No object has this key.", fix: "Check the key." },
  "storage.object-too-large": {
    meaning: "An object has more bytes than the limit of the call; nothing was written.",
    fix: "Raise maxBytes if this size is expected.",
  },
  "storage.table-mismatch": {
    meaning: "The stored table has another key than its definition, or was changed while it was open.",
    fix: "Use the definition that created the table, or copy its items into a table of another name.",
  },
  "storage.table-missing": {
    meaning: "The table does not exist in the store.",
    fix: "Create it from its definition, and check the configured name and region.",
  },
  "storage.throttled": {
    meaning: "The store admits no more requests at the moment.",
    fix: "Try again later, more slowly; raise the capacity if it lasts.",
    retryable: true,
  },
  "storage.timed-out": {
    meaning:
      "The store did not answer, or was locked by another process, until the deadline; a write may have happened.",
    fix: "Try again; make the write conditional where doing it twice would matter.",
    retryable: true,
  },
  "storage.transaction-cancelled": {
    meaning: "A transaction did not happen because of at least one of its actions.",
    fix: "cancellationReasons() tells for each action why.",
  },
  "storage.unavailable": {
    meaning: "The store cannot be reached or answers with an error of its own.",
    fix: "Try again; check the network and the store if it lasts.",
    retryable: true,
  },
  "storage.write-failed": {
    meaning: "A result could not be written; nothing was left half-written.",
    fix: "Check that the folder exists, may be written and has room.",
  },
  "training.invalid-key": {
    meaning: "The key is not one of a training image.",
    fix: "Use `training/{dataset}/{name}`.",
  },
  "training.name-taken": {
    meaning: "Another image of the dataset has this name; it was left as it is.",
    fix: "Rename the file, or upload to a new version of the dataset.",
  },
  "training.unknown-label": {
    meaning: "Nothing says whether the images of the dataset are authentic or forged.",
    fix: "Pass the label, or name the dataset `authentic_v1` or `forged_v1`.",
  },
  "training.unreadable-folder": {
    meaning: "The folder of the dataset cannot be listed.",
    fix: "Check that it exists, is a folder and may be read.",
  },
  "user.already-exists": {
    meaning: "A user with this user_id exists.",
    fix: "Read the user, or choose another user_id.",
  },
  "user.being-erased": {
    meaning: "The data of this user is being erased; nothing new is written.",
    fix: "Wait for the erasure to end; a new account can be made afterwards.",
  },
  "user.email-taken": {
    meaning: "Another user has this e-mail address.",
    fix: "Log in to that account or use another address.",
  },
  "user.idempotency-conflict": {
    meaning: "The Idempotency-Key was used for another request.",
    fix: "Use a new key for a new request.",
  },
  "user.idempotency-in-flight": {
    meaning: "The first request with this Idempotency-Key is still being worked on.",
    fix: "Repeat it after details.retry_after_ms.",
    retryable: true,
  },
  "user.invalid-api-key": {
    meaning: "The API key is unknown, revoked, expired or malformed.",
    fix: "Make a new key; a lost one cannot be shown again.",
  },
  "user.invalid-input": {
    meaning: "An argument about users has the wrong form or range.",
    fix: "Correct the named argument.",
  },
  "user.not-found": {
    meaning: "No user has this user_id.",
    fix: "Check the user_id, or create the user first.",
  },
  "user.quota-exceeded": {
    meaning: "All analyses of this month are used.",
    fix: "Wait until details.resets_at_iso, or change the plan.",
  },
} as const satisfies Record<string, ErrorDescription>;

/** The union of all error codes. */
export type ErrorCode = keyof typeof errorCodes;

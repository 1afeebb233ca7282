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
  "access.denied": {
    meaning: "The caller's roles, grants and credential do not allow this operation.",
    fix: "Ask whoever owns it for a grant, or an administrator for the role; details name the permission.",
  },
  "access.invalid-grant": {
    meaning: "A grant names a permission that does not fit its resource, a wrong grantee or a moment that is over.",
    fix: "Correct what the message names.",
  },
  "access.invalid-policy": {
    meaning: "A policy, mask or option of access control has a wrong form.",
    fix: "Correct what the message names; a role more must never lift a deny.",
  },
  "access.policy-changed": {
    meaning: "Another policy came into force since it was read; nothing was written.",
    fix: "Read the policy in force and decide anew.",
  },
  "access.step-up-required": {
    meaning: "The operation needs a second factor that was proven a short time ago.",
    fix: "Log in again with the second factor, then repeat the request.",
  },
  "access.unknown-policy-version": {
    meaning: "No version of the policy has this number.",
    fix: "Use a number that policyHistory() lists.",
  },
  "access.unknown-resource": {
    meaning: "There is nothing of this kind and id, or it is not the caller's to know of.",
    fix: "Check kind and id.",
  },
  "analysis.aborted": {
    meaning: "The caller's AbortSignal fired.",
    fix: "Start the analysis again if it is still wanted.",
  },
  "analysis.already-disputed": {
    meaning: "The result is disputed already, and nobody has resolved that yet.",
    fix: "Wait for the review; after it the result can be disputed again.",
  },
  "analysis.consent-required": {
    meaning: "An image is to be kept without consent that allows it.",
    fix: "Pass the consent for image_storage that the image's owner gave, or do not save the image.",
  },
  "analysis.dead-letter": {
    meaning: "The analysis was begun as often as allowed and never ended.",
    fix: "Read error_message for the last failure; submit the image again once its cause is mended.",
  },
  "analysis.detector-not-configured": {
    meaning: "A remote detector whose answer is awaited is not among the remoteDetectors.",
    fix: "Pass the remote detector that the analysis was begun with to createArtGuard.",
  },
  "analysis.dispute-limit": {
    meaning: "As many disputes and reviews as a record keeps were made on this analysis.",
    fix: "Resolve the dispute, or analyse the image anew and dispute that result; nothing that was said is dropped.",
  },
  "analysis.handle-expired": {
    meaning: "A late answer was not asked for in time, and is no longer to be had.",
    fix: "The result stands without it; reanalyze a saved image, or analyse it anew.",
  },
  "analysis.heat-map-not-kept": {
    meaning: "No heat map is kept: the image is not, or no detector could localise anything.",
    fix: "Use the regions of the record, which tell the same places; keep the image to have its heat map kept.",
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
  "analysis.not-completed": {
    meaning: "The analysis has no result: it is not finished, or it failed.",
    fix: "Wait until its status is COMPLETED; a FAILED one says why in error_message.",
  },
  "analysis.not-disputed": {
    meaning: "There is no open dispute about the result of this analysis.",
    fix: "Read the record again: somebody may have resolved it. A review answers a dispute.",
  },
  "analysis.not-found": {
    meaning: "No analysis has this request_id.",
    fix: "Give the whole request_id, as the history lists it.",
  },
  "analysis.nothing-to-resume": {
    meaning: "No answer of a remote detector is awaited for this analysis.",
    fix: "Nothing is to be done: the result is complete, or the analysis has not ended yet.",
  },
  "analysis.still-open": {
    meaning: "The analysis has not ended: another worker holds it, or it waits for another attempt.",
    fix: "Ask again later.",
    retryable: true,
  },
  "analysis.too-many-uploads": {
    meaning: "The user has as many unfinished uploads as are allowed.",
    fix: "Complete or abandon some of them; those that are an hour old give their places back by themselves.",
  },
  "analysis.upload-completed": {
    meaning: "The upload was completed before, with other options.",
    fix: "Read the analysis that was made of it, or upload the image again.",
  },
  "analysis.upload-incomplete": {
    meaning: "The bytes of the upload have not come, or there are more or fewer of them than announced.",
    fix: "Send exactly the announced bytes, then complete the upload.",
  },
  "analysis.upload-not-found": {
    meaning: "There is no such upload, or it was not completed within an hour.",
    fix: "Begin a new upload.",
  },
  "approvals.already-decided": {
    meaning: "This custodian has decided on the request before; the first decision stands.",
    fix: "Nothing is to be done; make a new request to ask again.",
  },
  "approvals.consumed": {
    meaning: "The approval was used already; each one is for one operation.",
    fix: "Make a new request.",
  },
  "approvals.expired": {
    meaning: "The request's time is over.",
    fix: "Make a new request.",
  },
  "approvals.illegal-transition": {
    meaning: "The request's state does not allow this change.",
    fix: "Read the request again; only PENDING and APPROVED ones can change.",
  },
  "approvals.incomplete": {
    meaning: "Not every custodian has approved yet.",
    fix: "Wait for the missing decisions, or send a reminder.",
  },
  "approvals.invalid-input": {
    meaning: "An argument has the wrong type or range.",
    fix: "Correct the named argument.",
  },
  "approvals.invalid-signature": {
    meaning: "The signature is not the custodian's over this decision.",
    fix: "Sign what decisionBytes() gives, with the registered key.",
  },
  "approvals.no-custodians": {
    meaning: "Nobody is assigned to approve for this entity.",
    fix: "Assign a primary and a secondary custodian.",
  },
  "approvals.nonce-refused": {
    meaning: "The nonce of the decision is unknown, used or expired.",
    fix: "Get a new challenge and sign again.",
  },
  "approvals.not-distinct": {
    meaning: "Primary and secondary custodian are one person.",
    fix: "Assign two persons.",
  },
  "approvals.not-found": {
    meaning: "No request has this id.",
    fix: "Check the id.",
  },
  "approvals.other-request": {
    meaning: "What is to be done is not what was approved.",
    fix: "Do exactly what was approved, or make a new request.",
  },
  "approvals.self-approval": {
    meaning: "Whoever asks, acts for whoever asks, or lets them act, cannot approve.",
    fix: "Let custodians approve who have no part in the request.",
  },
  "audit.invalid-checkpoint": {
    meaning: "The text holds no checkpoint of this log that a known key signed.",
    fix: "Pass what checkpoint() returned, unchanged, and the keys that were in use then.",
  },
  "audit.invalid-event": {
    meaning: "An audited event has no type, operation or trace id.",
    fix: "Give it what the message names.",
  },
  "audit.invalid-key": {
    meaning: "A key of the audit log has another form, id or name than it must have.",
    fix: "Use the keys of newAuditKeyPair() and a secret of at least 32 random bytes.",
  },
  "audit.invalid-query": {
    meaning: "The query names neither a user nor an action nor a category.",
    fix: "Name at least one of them.",
  },
  "audit.no-object-store": {
    meaning: "Lines are to be exported, and the audit log has no object store.",
    fix: "Open it with objects.",
  },
  "audit.not-provable": {
    meaning: "The log has no such entry or size, or what the proof needs was deleted as expired.",
    fix: "Ask for an entry and sizes that the log has, or keep proofs before entries expire.",
  },
  "audit.not-written": {
    meaning: "An entry of the audit log was not written in time, or nobody can say whether it was.",
    fix: "Do not go on as if it had been audited; try again, and check the store if it lasts.",
    retryable: true,
  },
  "audit.tampered": {
    meaning: "The stored audit log is not one that this key signed, or was set back.",
    fix: "Write and delete nothing; keep the store as it is and run verifyAudit with a checkpoint kept outside.",
  },
  "bedrock.access-denied": {
    meaning: "Bedrock refuses the credentials, or they may not call this model.",
    fix: "Check the credentials, `bedrock:InvokeModel` on the model and on its inference profile, and that the account has access to the model.",
  },
  "bedrock.answer-cut": {
    meaning: "The model had not ended its answer when its tokens were used up.",
    fix: "Raise maxTokens; models that reason before they answer need thousands.",
  },
  "bedrock.answer-too-large": {
    meaning: "The model's answer is far longer than any answer can be; it was thrown away.",
    fix: "Lower maxTokens, or use another model if it lasts.",
  },
  "bedrock.budget-exceeded": {
    meaning: "The next request might cost more than the budget of the call or of the day leaves; it was not sent.",
    fix: "Wait for the next UTC day, or raise the budget; the local result stands.",
  },
  "bedrock.context-exceeded": {
    meaning: "The request is longer than the model can read.",
    fix: "Use a model with a larger context, or give fewer passages.",
  },
  "bedrock.invalid-option": {
    meaning: "An option of the Bedrock model has a wrong value.",
    fix: "Correct the named option.",
  },
  "bedrock.invalid-request": {
    meaning: "Bedrock refuses the request.",
    fix: "Read the message; pass capabilities if the model supports less than ArtGuard knows.",
  },
  "bedrock.malformed-answer": {
    meaning: "The model's output could not be read by Bedrock, twice.",
    fix: "Nothing is to be done: the local result stands.",
    retryable: true,
  },
  "bedrock.model-error": {
    meaning: "The model failed while it worked on the request.",
    fix: "Try again; use another model if it lasts.",
    retryable: true,
  },
  "bedrock.model-missing": {
    meaning: "No model or inference profile has this id in the region, or it has been retired.",
    fix: "Check the id and the region; list the inference profiles of the account.",
  },
  "bedrock.model-not-ready": {
    meaning: "The model is being loaded.",
    fix: "Try again in some minutes.",
    retryable: true,
  },
  "bedrock.model-timeout": {
    meaning: "The model did not finish in Bedrock's own time.",
    fix: "Try again; lower maxTokens if it lasts.",
    retryable: true,
  },
  "bedrock.needs-inference-profile": {
    meaning: "The model can only be called through an inference profile.",
    fix: "Put the profile before the model id, e.g. `eu.anthropic.claude-sonnet-4-6`, or pass the ARN of a profile.",
  },
  "bedrock.outside-residency": {
    meaning: "The region or the inference profile may process pictures outside the area that was set.",
    fix: "Use a region and a profile of the area, or another residency.",
  },
  "bedrock.quota-exceeded": {
    meaning: "The account's quota for this model is used up.",
    fix: "Ask for a higher quota in Service Quotas, or call more seldom.",
  },
  "bedrock.refused": {
    meaning: "The model's provider or a guardrail withheld the answer.",
    fix: "Nothing is to be done: the local result stands.",
  },
  "bedrock.stream-failed": {
    meaning: "The streamed answer broke off.",
    fix: "Try again.",
    retryable: true,
  },
  "bedrock.throttled": {
    meaning: "Bedrock admits no more requests or tokens at the moment.",
    fix: "Try again after a minute; lower maxTokens or ask for a higher quota if it lasts.",
    retryable: true,
  },
  "bedrock.timed-out": {
    meaning: "Bedrock did not answer before the deadline.",
    fix: "Try again; raise the deadline or lower maxTokens if it lasts.",
    retryable: true,
  },
  "bedrock.unavailable": {
    meaning: "Bedrock cannot be reached or answers with an error of its own.",
    fix: "Try again; check the network and the region if it lasts.",
    retryable: true,
  },
  "bedrock.unexpected-stop": {
    meaning: "The model stopped for a reason that makes its answer worthless.",
    fix: "Report it with the named reason.",
  },
  "bedrock.unreadable-answer": {
    meaning: "The answer is not one of Bedrock's: something between may have replaced it.",
    fix: "Check proxies and the endpoint.",
    retryable: true,
  },
  "bedrock.use-case-form-missing": {
    meaning: "The account has not sent in Anthropic's use case form.",
    fix: "Fill in the form in the Bedrock console and try again a quarter of an hour later.",
  },
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
  "http.body-too-large": {
    meaning: "The body of a request has more bytes than this route takes.",
    fix: "Send a smaller one; details.limit has the number of bytes.",
  },
  "http.busy": {
    meaning: "The server is at work with as much as it can hold, or is about to end; nothing was done.",
    fix: "Repeat the request after details.retry_after_ms.",
    retryable: true,
  },
  "http.invalid-body": {
    meaning: "The body of a request is broken or lacks what it must have.",
    fix: "Correct what the message names.",
  },
  "http.method-not-allowed": {
    meaning: "The path does not take this method.",
    fix: "Use one of those in the Allow header.",
  },
  "http.not-found": {
    meaning: "There is no such path.",
    fix: "Look into /openapi.json.",
  },
  "http.not-ready": {
    meaning: "The service cannot do its work now, for example because a store does not answer.",
    fix: "Look into the server's log, or try again later.",
    retryable: true,
  },
  "http.rate-limited": {
    meaning: "The caller sends requests faster than this server takes them.",
    fix: "Repeat the request after details.retry_after_ms.",
    retryable: true,
  },
  "http.unsupported-media-type": {
    meaning: "The body is of a type that this route does not take.",
    fix: "Send the type that /openapi.json names.",
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
  "keys.access-denied": {
    meaning: "The key service refuses access: credentials or key policy do not allow it.",
    fix: "Check the credentials and the policy of the key.",
  },
  "keys.approval-required": {
    meaning: "Only custodians can open this key.",
    fix: "Request an opening, let the custodians approve it, and use withKey.",
  },
  "keys.closed": {
    meaning: "The operation that the key was opened for has ended.",
    fix: "Finish all work with the key inside withKey.",
  },
  "keys.conflict": {
    meaning: "The owner's keys changed meanwhile; nothing was written.",
    fix: "Try again.",
    retryable: true,
  },
  "keys.exists": {
    meaning: "The entity has keys already.",
    fix: "Use them, or rotate them.",
  },
  "keys.file-damaged": {
    meaning: "The keyring's file is missing or not a keyring.",
    fix: "Restore it from a backup: without it, what it protects is lost.",
  },
  "keys.file-exposed": {
    meaning: "Others than its owner may read or write the keyring's file.",
    fix: "Set its mode to 0600, and rotate the keyring if somebody may have read it.",
  },
  "keys.file-locked": {
    meaning: "Another process changes the keyring.",
    fix: "Try again; if no process does, remove the named lock file.",
    retryable: true,
  },
  "keys.invalid-input": {
    meaning: "An argument has the wrong type or range.",
    fix: "Correct the named argument.",
  },
  "keys.not-found": {
    meaning: "The entity has no keys, or the opening is unknown, over or expired.",
    fix: "Check the id; create the keys or request a new opening.",
  },
  "keys.opening-incomplete": {
    meaning: "Shares for the opening are missing.",
    fix: "Let the missing holders hand over their shares.",
  },
  "keys.other-request": {
    meaning: "The opening was requested for something else than what is to be done.",
    fix: "Do exactly what was requested, or request another opening.",
  },
  "keys.rotation-incomplete": {
    meaning: "Not every data key is wrapped to the new pair; the old keys stay.",
    fix: "Abandon the rotation and stage it again.",
  },
  "keys.rotation-pending": {
    meaning: "Another rotation of these keys is under way, or was completed just now.",
    fix: "Prove its shares or abandon it first.",
  },
  "keys.share-refused": {
    meaning: "A share is not one of those that were given out, or they are too few or not distinct.",
    fix: "Bring the shares that the holders got in this ceremony.",
  },
  "keys.shredded": {
    meaning: "The key was destroyed: what it encrypted is gone.",
    fix: "Nothing can be done; this is what erasure means.",
  },
  "keys.timed-out": {
    meaning: "The key service did not answer before the deadline.",
    fix: "Try again.",
    retryable: true,
  },
  "keys.unavailable": {
    meaning: "The key service cannot be reached or answers with an error of its own.",
    fix: "Try again; check the network and the service if it lasts.",
    retryable: true,
  },
  "keys.unknown-key": {
    meaning: "The key that wraps this one is not here.",
    fix: "Open the keyring or service that wrapped it.",
  },
  "keys.unwrap-failed": {
    meaning: "Sealed bytes do not open: they were altered, or belong to another key or context.",
    fix: "Check that key and context are those they were sealed with.",
  },
  "knowledge.access-denied": {
    meaning: "The knowledge base refuses access: credentials are missing, expired or without permission.",
    fix: "Allow bedrock:Retrieve on the knowledge base, and renew the credentials; `artguard doctor --live` tries it.",
  },
  "knowledge.invalid-answer": {
    meaning: "The knowledge base answered with something that is no list of passages.",
    fix: "Check the endpoint; without passages the explanation is made all the same.",
  },
  "knowledge.invalid-option": {
    meaning: "An option of a search or of a knowledge base is out of range.",
    fix: "Correct the named option.",
  },
  "knowledge.invalid-request": {
    meaning: "The knowledge base refuses the request as malformed.",
    fix: "Check the id and the type of the knowledge base; the message names what it refuses.",
  },
  "knowledge.not-found": {
    meaning: "No knowledge base has this id in this region.",
    fix: "Check ARTGUARD_KNOWLEDGE_BASE_ID and the region.",
  },
  "knowledge.not-ready": {
    meaning: "The knowledge base is being changed, or a store behind it does not answer as it should.",
    fix: "Wait until its ingestion has ended; check its vector store and its embedding model.",
    retryable: true,
  },
  "knowledge.quota-exceeded": {
    meaning: "A quota of the account is used up.",
    fix: "Ask AWS to raise the quota of knowledge bases.",
  },
  "knowledge.throttled": {
    meaning: "The knowledge base was asked too often; the attempts are used up.",
    fix: "Ask less often, or ask AWS to raise the quota of Retrieve.",
    retryable: true,
  },
  "knowledge.timed-out": {
    meaning: "The knowledge base did not answer in time.",
    fix: "Try again, or raise its timeout.",
    retryable: true,
  },
  "knowledge.unavailable": {
    meaning: "The knowledge base cannot be reached or has an error of its own.",
    fix: "Try again; check the network and the region.",
    retryable: true,
  },
  "knowledge.unreadable": {
    meaning: "The folder of documents cannot be read.",
    fix: "Check that it is a folder and may be read.",
  },
  "lambda.malformed-event": {
    meaning: "What a function was called with is no event that it handles.",
    fix: "Compare the event with those in docs/lambda.md; check what is configured to call the function.",
  },
  "modal.endpoint-failed": {
    meaning: "The endpoint's own code failed (500); asking again would fail again.",
    fix: "Read the logs of the Modal app: `modal app logs`.",
  },
  "modal.endpoint-missing": {
    meaning: "Nothing is deployed at the endpoint's address.",
    fix: "Check the address that `modal deploy` printed, and that the app is not stopped.",
  },
  "modal.invalid-handle": {
    meaning: "The handle of an unfinished job is damaged or names another place than the endpoint; nothing was asked.",
    fix: "Pass the handle of the record unchanged, or analyse the image again.",
  },
  "modal.invalid-option": {
    meaning: "An option or the idempotency key of a remote detector is not allowed.",
    fix: "Correct what the message names.",
  },
  "modal.invalid-response": {
    meaning: "The endpoint's answer breaks the contract; it was thrown away.",
    fix: "Correct the endpoint: docs/modal.md describes the answer.",
  },
  "modal.redirect-refused": {
    meaning: "The endpoint redirects to another origin or in a way that Modal does not; it was not followed.",
    fix: "Configure the endpoint's final address.",
  },
  "modal.request-refused": {
    meaning: "The endpoint refused the request (4xx); the message repeats its reason.",
    fix: "Correct what the reason names; the endpoint may have limits of its own.",
  },
  "modal.response-too-large": {
    meaning: "The endpoint's answer has more bytes than the limit; it was not read to its end.",
    fix: "Round the numbers of the heat map, use larger cells, or raise maximumResponseBytes.",
  },
  "modal.result-gone": {
    meaning: "The endpoint no longer keeps the result of this job.",
    fix: "Analyse the image again.",
  },
  "modal.throttled": {
    meaning: "The endpoint admits no more requests at the moment (429).",
    fix: "Try again later, or allow more containers.",
    retryable: true,
  },
  "modal.timed-out": {
    meaning: "The endpoint did not accept or answer the request before the deadline; the model may have run.",
    fix: "Try again, raise the deadline, or keep a container warm (min_containers, warmUp()).",
    retryable: true,
  },
  "modal.too-many-redirects": {
    meaning: "The endpoint redirected more often than Modal holds a job (20 times).",
    fix: "Look at the job in the Modal dashboard: it hangs or its redirects go round in circles.",
  },
  "modal.unauthorized": {
    meaning: "The endpoint refuses the proxy token.",
    fix: "Check key (wk-…) and secret (ws-…): they must be a proxy auth token of the endpoint's own workspace.",
  },
  "modal.unavailable": {
    meaning: "The endpoint cannot be reached, or answered 502, 503 or 504, as often as it was asked.",
    fix: "Try again; check the network and Modal's status page if it lasts.",
    retryable: true,
  },
  "operation.approval-required": {
    meaning: "The operation waits for the approval of custodians.",
    fix: "Repeat it with details.approval_id once the approval is given.",
  },
  "operation.audit-unavailable": {
    meaning: "The audit log could not be written; details.performed says whether the operation was done all the same.",
    fix: "Mend the audit log. What was not performed can be repeated.",
  },
  "operation.invalid-declaration": {
    meaning: "An operation is declared wrongly, or two have one name.",
    fix: "Correct the named declaration.",
  },
  "operation.invalid-input": {
    meaning: "The input of the operation has a wrong form.",
    fix: "Correct the named field.",
  },
  "operation.unknown": {
    meaning: "There is no such operation.",
    fix: "Check its name.",
  },
  "privacy.no-consent": {
    meaning: "There is no consent to withdraw.",
    fix: "Nothing was kept under a consent; deleteAnalysis deletes the result itself.",
  },
  "queue.access-denied": {
    meaning: "The queue of announcements refuses access: credentials are wrong, expired or without permission.",
    fix: "Check credentials and the permissions sqs:SendMessage, or sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility.",
  },
  "queue.invalid-option": {
    meaning: "An option of the queue of announcements is out of range.",
    fix: "The message names the option and its range.",
  },
  "queue.malformed-message": {
    meaning: "A message of the queue names no analysis.",
    fix: 'Send `{"request_id": "…"}`; the message stays for the queue\'s dead-letter queue.',
  },
  "queue.missing": {
    meaning: "The queue of announcements does not exist.",
    fix: "Check its URL and the region.",
  },
  "queue.timed-out": {
    meaning: "The queue of announcements did not answer in time.",
    fix: "Try again.",
    retryable: true,
  },
  "queue.unavailable": {
    meaning: "The queue of announcements cannot be reached, limits requests or has an error of its own.",
    fix: "Try again; check the network and the region.",
    retryable: true,
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
  "training.other-store": {
    meaning: "An event tells of an object in another store than that of the training images.",
    fix: "Let only the store of the training images send events here.",
  },
  "training.same-store": {
    meaning: "Training images and their copies are in one store, where every copy would be taken for a new image.",
    fix: "Use another bucket or folder for the copies.",
  },
  "training.unknown-label": {
    meaning: "Nothing says whether the images of the dataset are authentic or forged.",
    fix: "Pass the label, or name the dataset `authentic_v1` or `forged_v1`.",
  },
  "training.unreadable-folder": {
    meaning: "The folder of the dataset cannot be listed.",
    fix: "Check that it exists, is a folder and may be read.",
  },
  "usage.duplicate-operation": {
    meaning: "An operation with this id was counted before.",
    fix: "Give each operation an id of its own.",
  },
  "usage.invalid-input": {
    meaning: "A plan, subject or quantity of usage has a wrong form or range.",
    fix: "Correct what the message names.",
  },
  "usage.limit-exceeded": {
    meaning: "The plan allows no more in this period.",
    fix: "Wait until details.suspended_until_iso, or take one of details.renewal_options.",
  },
  "usage.suspended": {
    meaning: "The use of this subject is suspended.",
    fix: "Ask the operator; details say since when and because of what.",
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
  "vision.image-too-large": {
    meaning: "A picture cannot be made small enough for the vision model, or the model refuses its size.",
    fix: "Use a smaller picture; the local result stands.",
  },
  "vision.invalid-answer": {
    meaning:
      "A vision model's answer breaks the agreed form, or no sentence of it cites known evidence; it was discarded.",
    fix: "Nothing is lost: the explanation is written from the evidence. Try another model if it happens often.",
  },
  "vision.prompt-leaked": {
    meaning: "A vision model's answer repeats secret parts of its prompt; it was discarded.",
    fix: "Treat the image as hostile: text in it may have made the model repeat its prompt.",
  },
  "worker.cannot-listen": {
    meaning: "The health endpoint of a worker cannot be opened.",
    fix: "Choose another port, or 0 for a free one.",
  },
} as const satisfies Record<string, ErrorDescription>;

/** The union of all error codes. */
export type ErrorCode = keyof typeof errorCodes;

/**
 * Analyses of images and their records: detectors in, score, verdict, evidence and explanation out.
 *
 * @module @artguard/core
 */
export type { AdmissionGate, Admitted } from "./analysis/admission.ts";
export {
  type Analysis,
  type Assessment,
  analysisSchema,
  assessmentSchema,
  type CompletedAnalysis,
  completedAnalysisSchema,
  type Finding,
  findingSchema,
  legacyModels,
} from "./analysis/analysis.ts";
export type { Retention } from "./analysis/analysis-context.ts";
export { type AnalysisCounter, analysisCounterSchema, counterName } from "./analysis/analysis-counter.ts";
export {
  AnalysisRepository,
  type AnalysisRepositoryOptions,
  type PageOptions,
  type Transition,
} from "./analysis/analysis-repository.ts";
export {
  type AnalysisItem,
  type AnalysisState,
  type AnalysisSummary,
  type AnalysisVersion,
  analysisTableName,
  analysisVersionSchema,
  defineAnalysisTable,
} from "./analysis/analysis-table.ts";
export type { AnalyzeOptions } from "./analysis/analyze-image.ts";
export type { AnnouncementFailure } from "./analysis/announce-work.ts";
export {
  type AnalysisComparison,
  type ComparedAnalysis,
  compareAnalyses,
  type DetectorChange,
  type DetectorOpinion,
  type ReweighedFinding,
} from "./analysis/compare-analyses.ts";
export type { AnalysisCounts } from "./analysis/count-analyses.ts";
export { type CounterEvidence, counterEvidence, counterEvidenceSchema } from "./analysis/counter-evidence.ts";
export {
  type ArtGuard,
  type ArtGuardOptions,
  createArtGuard,
  type ProbeStabilityOptions,
} from "./analysis/create-artguard.ts";
export type { RecordOptions } from "./analysis/create-record.ts";
export {
  type Dispute,
  disputeSchema,
  type EarlierStatement,
  type Review,
  reviewSchema,
  type StatementMarker,
  statementMarkerSchema,
} from "./analysis/dispute.ts";
export type { DisputeOptions, ReviewOptions } from "./analysis/dispute-analysis.ts";
export type { SimilarAnalysis, SimilarOptions, SimilarQuery } from "./analysis/find-similar.ts";
export { type AnalysisStatus, analysisStatuses, analysisTransitions, assertTransition } from "./analysis/lifecycle.ts";
export type { ImageStores, StorageOptions } from "./analysis/open-storage.ts";
export { type Claim, type ClaimOptions, OpenWorkQueue, type OpenWorkQueueOptions } from "./analysis/open-work-queue.ts";
export type { StabilityOptions } from "./analysis/probe-stability.ts";
export type { PerformWork, ProcessClaimOptions, WorkOutcome } from "./analysis/process-claim.ts";
export {
  type OpenWorkEvent,
  type OpenWorkSummary,
  type ProcessOpenWorkOptions,
  processOpenWork,
} from "./analysis/process-open-work.ts";
export { type ProcessSubmittedOptions, processSubmitted } from "./analysis/process-submitted.ts";
export type { ProgressEvent } from "./analysis/progress-event.ts";
export type { ReanalyzeOptions } from "./analysis/reanalyze.ts";
export type { ResumedAnalysis, ResumeOptions } from "./analysis/resume.ts";
export {
  compareStability,
  type StabilityComparison,
  type StabilityReport,
  type StabilityVariant,
  stabilityReportSchema,
} from "./analysis/stability.ts";
export { type Stage, stageSchema } from "./analysis/stage.ts";
export {
  type Consent,
  consentPurposes,
  consentSchema,
  type StoredObject,
  storedObjectSchema,
} from "./analysis/stored-image.ts";
export type { SubmitOptions } from "./analysis/submit-image.ts";
export {
  type EpochMilliseconds,
  type EpochSeconds,
  epochMillisecondsSchema,
  epochSecondsSchema,
  toIso,
} from "./analysis/time.ts";
export { type UnfinishedDetection, unfinishedSchema } from "./analysis/unfinished.ts";
export type { BeginUploadOptions, BegunUpload, CompleteUploadOptions, Uploads } from "./analysis/uploads.ts";
export type { ReceiveOptions, WorkAnnouncement, WorkAnnouncements } from "./analysis/work-announcements.ts";
export { type ExplainedSetting, explainConfiguration } from "./configuration/explain-configuration.ts";
export { type Configuration, loadConfiguration } from "./configuration/load-configuration.ts";
export {
  type Detection,
  detectionSchema,
  detectionStatuses,
  type EvidenceFamily,
  evidenceFamilies,
  type Heatmap,
  heatmapSchema,
  type JsonValue,
  type NotApplicable,
  type Observation,
  type ObservedFinding,
  observedFindingSchema,
  type Region,
  regionSchema,
} from "./detection/detection.ts";
export { detectionOf } from "./detection/detection-of.ts";
export type { Detector, DetectorSource, ForensicImage } from "./detection/detector.ts";
export type { RemoteDetector, RemoteObservation, RemoteOutcome, Unfinished } from "./detection/remote-detector.ts";
export type { DetectorRun } from "./detection/run-detector.ts";
export {
  ArtGuardError,
  type ArtGuardErrorOptions,
  type ErrorRecord,
  isArtGuardError,
} from "./errors/artguard-error.ts";
export { type ErrorCode, errorCodes } from "./errors/error-codes.ts";
export {
  type Calibration,
  calibrateDetection,
  calibrationSchema,
  type FamilyBound,
  type FamilyBounds,
} from "./fusion/calibration.ts";
export { type AssessmentChange, explainChange } from "./fusion/explain-change.ts";
export { fuse, rescore, weighFindings } from "./fusion/fuse.ts";
export { fuseHeatmaps } from "./fusion/fuse-heatmaps.ts";
export { markRegions } from "./fusion/mark-regions.ts";
export { defaultPolicy, type HeatmapPolicy, listPolicies, policyOf, type VerdictPolicy } from "./fusion/policy.ts";
export { type Verdict, verdicts } from "./fusion/verdict.ts";
export { type ImageFormat, type ImageInfo, imageFormats } from "./image/image-info.ts";
export type { Raster } from "./image/raster.ts";
export type { EraseOptions } from "./privacy/erase-user.ts";
export type { ErasureReceipt, Residue } from "./privacy/erasure-receipt.ts";
export { explainRetention, type RetainedDatum } from "./privacy/explain-retention.ts";
export type { ExportedFile } from "./privacy/export-user.ts";
export { openPrivacy, type Privacy, type PrivacyOptions } from "./privacy/open-privacy.ts";
export type { PrivacyCallOptions } from "./privacy/privacy-context.ts";
export { sweepAll, type WholeSweep } from "./privacy/sweep-all.ts";
export type { SweepExpiredOptions, SweepResult } from "./privacy/sweep-expired.ts";
export {
  abortUploadAfterDays,
  type BucketRole,
  bucketRoles,
  deleteExpiredObjects,
  expiryOf,
  type LifecycleRule,
  lifecycleOf,
  lifecycleRules,
  oneDayRetention,
  thirtyDayRetention,
  versionedBuckets,
} from "./storage/lifecycle.ts";
export { MemoryObjectStore } from "./storage/memory-object-store.ts";
export { MemoryTable } from "./storage/memory-table.ts";
export { MemoryTableStore, type MemoryTableStoreOptions } from "./storage/memory-table-store.ts";
export { BodyMeasure, chunksOf } from "./storage/object-body.ts";
export { assertObjectKey, compareKeys } from "./storage/object-key.ts";
export {
  inferenceFolder,
  inferenceKey,
  type ObjectPlace,
  parseObjectKey,
  trainingKey,
} from "./storage/object-layout.ts";
export { assertTags, resolvePutOptions, resolveRange } from "./storage/object-options.ts";
export {
  type ByteRange,
  canPresign,
  defaultMaximumObjectBytes,
  type GetOptions,
  type ObjectBody,
  type ObjectCallOptions,
  type ObjectHead,
  type ObjectStore,
  type ObjectStream,
  type ObjectSummary,
  type ObjectTags,
  type PresignedPost,
  type PresignedRequest,
  type PresigningObjectStore,
  type PresignOptions,
  type PutOptions,
  type WrittenObject,
} from "./storage/object-store.ts";
export { bytesOf, corrupt, type ObjectSource, verifiedStream } from "./storage/object-stream.ts";
export { checkStore, type StoreCheck } from "./storage/store-check.ts";
export {
  type Attribute,
  type BatchWrites,
  type Change,
  type Condition,
  defineTable,
  type IndexDefinition,
  type KeyDefinition,
  type KeyValue,
  type NumberAttribute,
  type Operand,
  type Page,
  type Projected,
  type ReadOptions,
  type SortRange,
  type Table,
  type TableDefinition,
  type TableQuery,
  type WriteOptions,
} from "./storage/table.ts";
export {
  cancellationReasons,
  checkAction,
  deleteAction,
  putAction,
  type TableStore,
  type TransactAction,
  type TransactOptions,
  updateAction,
} from "./storage/table-store.ts";
export { exportManifest, type ManifestEntry } from "./training/export-manifest.ts";
export { type PreprocessedTrainingImage, preprocessTrainingImage } from "./training/preprocess-training-image.ts";
export { labelOf, type TrainingContext, type TrainingLabel, trainingLabels } from "./training/training-image.ts";
export { type CreatedObject, latestOf, TrainingIntake } from "./training/training-intake.ts";
export { type UploadedFile, type UploadOptions, uploadDataset } from "./training/upload-dataset.ts";
export {
  type Admission,
  type AdmissionOptions,
  type AdmissionRequest,
  Admissions,
  type Creation,
} from "./user/admission.ts";
export { type AnonymousUser, isDeletionToken, newAnonymousUser } from "./user/anonymous-user.ts";
export { type ApiKeyInfo, type ApiKeyLimits, type ApiKeyOptions, ApiKeyRepository } from "./user/api-key-repository.ts";
export { type Email, emailSchema, normalizeEmail } from "./user/email.ts";
export { notErasedAction } from "./user/erasure-mark.ts";
export { type IdempotencyKey, isSystemFailure, requestHash } from "./user/idempotency.ts";
export type { UserListOptions } from "./user/list-users.ts";
export type { QuotaStatus } from "./user/quota.ts";
export { erasureGate, quotaGate } from "./user/quota-gate.ts";
export { quotaPeriodOf, quotaPeriodSchema, quotaResetsAt } from "./user/quota-period.ts";
export { assertServerSecret, type ServerSecret } from "./user/server-secret.ts";
export { type AccountTier, accountTiers, defaultTiers, type Tiers, tiersSchema } from "./user/tier.ts";
export { type User, userSchema } from "./user/user.ts";
export { type UserId, userIdOf, userIdSchema } from "./user/user-id.ts";
export type { UploadItem } from "./user/user-marker.ts";
export {
  type NewUser,
  type PlanChange,
  type ProfileChange,
  type UserProfile,
  UserRepository,
} from "./user/user-repository.ts";
export { defineUserTable, type UserItem, userTableName } from "./user/user-table.ts";
export { analysisIn } from "./vision/analysis-in.ts";
export { type ReadAnswer, readAnswer } from "./vision/answer.ts";
export { answerJsonSchema } from "./vision/answer-schema.ts";
export { type CitedEvidence, citedEvidence } from "./vision/cited-evidence.ts";
export { cropRegions } from "./vision/crop-regions.ts";
export {
  type Citation,
  citationSchema,
  type Explanation,
  explanationSchema,
  type Language,
  languages,
} from "./vision/explanation.ts";
export { reasonSentence } from "./vision/explanation-words.ts";
export type { KnowledgeBase, Passage } from "./vision/knowledge-base.ts";
export { answerInstruction, repairPrompt, type VisionPrompt, visionPrompt } from "./vision/prompt.ts";
export { leaksSecret, newPromptSecrets, type PromptSecrets } from "./vision/prompt-secrets.ts";
export { sentenceReader } from "./vision/sentence-reader.ts";
export {
  explanationOf,
  explanationText,
  type TemplateParts,
  templateExplanation,
} from "./vision/template-explanation.ts";
export type {
  VisionAnswer,
  VisionCrop,
  VisionFinding,
  VisionModel,
  VisionRequest,
  VisionUsage,
} from "./vision/vision-model.ts";

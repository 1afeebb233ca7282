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
  type AnalysisState,
  type AnalysisSummary,
  type PageOptions,
  type Transition,
} from "./analysis/analysis-repository.ts";
export {
  type AnalysisItem,
  type AnalysisVersion,
  analysisTableName,
  analysisVersionSchema,
  defineAnalysisTable,
} from "./analysis/analysis-table.ts";
export type { AnalyzeOptions } from "./analysis/analyze-image.ts";
export type { AnalysisCounts } from "./analysis/count-analyses.ts";
export { type CounterEvidence, counterEvidence, counterEvidenceSchema } from "./analysis/counter-evidence.ts";
export {
  type ArtGuard,
  type ArtGuardOptions,
  createArtGuard,
  type ProbeStabilityOptions,
} from "./analysis/create-artguard.ts";
export type { RecordOptions } from "./analysis/create-record.ts";
export { explainAssessment, reasonSentence } from "./analysis/explain-assessment.ts";
export type { SimilarAnalysis, SimilarOptions, SimilarQuery } from "./analysis/find-similar.ts";
export { type AnalysisStatus, analysisStatuses, analysisTransitions, assertTransition } from "./analysis/lifecycle.ts";
export type { StorageOptions } from "./analysis/open-storage.ts";
export {
  type Claim,
  type ClaimOptions,
  OpenWorkQueue,
  type OpenWorkQueueOptions,
} from "./analysis/open-work-queue.ts";
export type { StabilityOptions } from "./analysis/probe-stability.ts";
export {
  type OpenWorkSummary,
  type PerformWork,
  type ProcessOpenWorkOptions,
  processOpenWork,
} from "./analysis/process-open-work.ts";
export type { ProgressEvent } from "./analysis/progress-event.ts";
export type { ReanalyzeOptions } from "./analysis/reanalyze.ts";
export {
  compareStability,
  type StabilityComparison,
  type StabilityReport,
  type StabilityVariant,
  stabilityReportSchema,
} from "./analysis/stability.ts";
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
export type { DetectorRun } from "./detection/run-detector.ts";
export {
  ArtGuardError,
  type ArtGuardErrorOptions,
  type ErrorRecord,
  isArtGuardError,
} from "./errors/artguard-error.ts";
export { type ErrorCode, errorCodes } from "./errors/error-codes.ts";
export { type Calibration, calibrateDetection, calibrationSchema } from "./fusion/calibration.ts";
export { type AssessmentChange, explainChange } from "./fusion/explain-change.ts";
export { fuse, rescore, weighFindings } from "./fusion/fuse.ts";
export { fuseHeatmaps } from "./fusion/fuse-heatmaps.ts";
export { markRegions } from "./fusion/mark-regions.ts";
export { defaultPolicy, type HeatmapPolicy, listPolicies, policyOf, type VerdictPolicy } from "./fusion/policy.ts";
export { type Verdict, verdicts } from "./fusion/verdict.ts";
export { type ImageFormat, type ImageInfo, imageFormats } from "./image/image-info.ts";
export type { Raster } from "./image/raster.ts";
export {
  abortUploadAfterDays,
  type BucketRole,
  bucketRoles,
  deleteExpiredObjects,
  expiryOf,
  type LifecycleRule,
  lifecycleOf,
  lifecycleRules,
  thirtyDayRetention,
  versionedBuckets,
} from "./storage/lifecycle.ts";
export { MemoryObjectStore } from "./storage/memory-object-store.ts";
export { MemoryTable } from "./storage/memory-table.ts";
export { MemoryTableStore, type MemoryTableStoreOptions } from "./storage/memory-table-store.ts";
export {
  inferenceFolder,
  inferenceKey,
  type ObjectPlace,
  parseObjectKey,
  trainingKey,
} from "./storage/object-layout.ts";
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

// What examples in doc comments and on these pages may use without having made it: the preamble of
// `npm run check:examples`. An example that declares a name itself means its own. Nothing else reads this file.

// ── Of any program
declare const bytes: Uint8Array;
declare const error: unknown;
declare const signal: AbortSignal;
declare const token: string;
/** 32 random bytes, kept apart. */
declare const secret: Uint8Array;
declare const key: string;
declare const password: string;
/** Ends a program: at SIGTERM, for instance. */
declare const stop: AbortController;
declare const region: string;
declare const requestId: string;
declare const request_id: string;
declare const operationId: string;
declare const readFile: typeof import("node:fs/promises").readFile;
declare const writeFile: typeof import("node:fs/promises").writeFile;
declare const readFileSync: typeof import("node:fs").readFileSync;
declare const join: typeof import("node:path").join;
declare const z: typeof import("zod").z;

// ── Of core
declare const artguard: import("@artguard/core").ArtGuard;
declare const analysis: import("@artguard/core").CompletedAnalysis;
declare const assessment: import("@artguard/core").Assessment;
declare const observation: import("@artguard/core").Observation;
declare const findings: import("@artguard/core").Finding[];
declare const detectors: import("@artguard/core").Detector[];
declare const image: import("@artguard/core").ForensicImage;
declare const info: import("@artguard/core").ImageInfo;
declare const visionRequest: import("@artguard/core").VisionRequest;
declare const first: import("@artguard/core").ForensicImage;
declare const second: import("@artguard/core").ForensicImage;
declare const third: import("@artguard/core").ForensicImage;
declare const tables: import("@artguard/core").TableStore;
declare const store: import("@artguard/core").TableStore;
declare const objects: import("@artguard/core").ObjectStore;
declare const raw: import("@artguard/core").ObjectStore;
declare const processed: import("@artguard/core").ObjectStore;
declare const training: import("@artguard/core").TrainingContext;
declare const users: import("@artguard/core").Table<import("@artguard/core").UserItem>;
declare const repository: import("@artguard/core").UserRepository;
declare const ada: import("@artguard/core").User;
declare const userId: import("@artguard/core").UserId;
declare const reviewerId: string;
/** Of a standard queue of SQS. */
declare const queueUrl: string;
declare const admissions: import("@artguard/core").Admissions;
declare const apiKeys: import("@artguard/core").ApiKeyRepository;
declare const examiner: import("@artguard/core/image").Examiner;
declare const limits: import("@artguard/core/image").ImageLimits;
declare const cursorKey: Uint8Array;
/** The address of an endpoint on Modal, and its proxy token. */
declare const endpoint: string;
declare const credentials: { readonly key: string; readonly secret: string };
declare const copy: import("@artguard/core/image").PreprocessedImage;
declare const encryption: import("@artguard/governance").EncryptedObjectsOptions;
/** Parts of contract suites: what makes the thing under test. */
declare const examinerSetup: import("@artguard/core/testing").ExaminerContractSetup;
declare const remoteDetectorSetup: import("@artguard/core/testing").RemoteDetectorContractSetup;
declare const visionModelSetup: import("@artguard/core/testing").VisionModelContractSetup;
declare const tableStoreSetup: import("@artguard/core/testing").TableStoreContractSetup;
declare const keyProviderSetup: import("@artguard/governance/testing").KeyProviderContractSetup;
declare const myKnowledgeBase: (
  documents: Readonly<Record<string, string>>,
) => Promise<import("@artguard/core").KnowledgeBase>;
declare const work: () => Promise<void>;

// ── Of governance
declare const governance: import("@artguard/governance").OpenGovernance;
declare const context: import("@artguard/governance").SecurityContext;
declare const custodianContext: import("@artguard/governance").SecurityContext;
declare const request: import("@artguard/governance").GovernedRequest;
declare const traceparent: string;
declare const traceId: string;
declare const remoteAddress: string;
declare const forwardedFor: string;
declare const clientAddress: string;
declare const organizationId: string;
declare const validUntil: number;
declare const identity: import("@artguard/governance").Identity;
declare const usage: import("@artguard/governance").Usage;
declare const services: Omit<
  Parameters<typeof import("@artguard/governance").createGovernance>[0],
  "audit" | "operations"
>;
declare const resource: import("@artguard/governance").Resource;
declare const rows: readonly import("@artguard/governance").Row[];
declare const hashKey: Uint8Array;
declare const signingKey: string;
declare const verifierKey: string;
declare const checkpoint: string;
/** Public halves, in base64 where their names are those of records. */
declare const signing_key: string;
declare const sealing_key: string;
declare const recipient: import("@artguard/governance").Recipient;
declare const privateKey: Uint8Array;
declare const anasPublicKey: Uint8Array;
declare const bensPublicKey: Uint8Array;
declare const sealedEvidence: import("@artguard/governance").SealedEvidence;
declare const shareRequest: import("@artguard/governance").ShareRequest;
declare const approvalRules: Pick<import("@artguard/governance").ApprovalsOptions, "authorize" | "delegatesOf">;
declare const access: import("@artguard/governance").AccessControl;
/** Stored images behind keys. */
declare const images: import("@artguard/governance").ProtectedImages;
/** Lets custodians decide about changes. */
declare const gate: import("@artguard/governance").CustodianGate;
declare const approvals: import("@artguard/governance").Approvals;
declare const audit: import("@artguard/governance").TableAuditLog;
declare const keys: import("@artguard/governance").EntityKeys;

import {
  Admissions,
  ApiKeyRepository,
  analysisSchema,
  createArtGuard,
  type Detector,
  defineAnalysisTable,
  defineUserTable,
  MemoryObjectStore,
  MemoryTableStore,
  quotaGate,
  UserRepository,
} from "@artguard/core";
import type { GovernanceOptions } from "@artguard/governance";
import { type AppOptions, createApp } from "@artguard/http";
import { onTestFinished } from "vitest";
import { encoded, gradient } from "../../../packages/core/test/fixtures/synthetic-images.ts";
import { governedPlace } from "../../../packages/governance/test/fixtures/governed-place.ts";

/** A picture that every analysis here can judge. */
export const picture = await encoded(gradient(30, 20).png());

/** A detector that marks the left half, when it is let. */
export function halfDetector(gate: Promise<void> = Promise.resolve()): Detector {
  return {
    id: "half",
    version: "1.0.0",
    family: "noise",
    detect: async ({ raster }) => {
      await gate;
      const { width, height } = raster;
      const data = new Float32Array(width * height).map((_, index) => (index % width < width / 2 ? 0.9 : 0.1));
      return { applicable: true, statistic: 5, heatmap: { width, height, scale: 1, data }, regions: [], findings: [] };
    },
  };
}

/** The app over an ArtGuard in memory with quotas, and people whose tokens are their names. */
export async function httpPlace({
  detectors = [halfDetector()],
  governance: governanceOptions = {},
  objects = new MemoryObjectStore(),
  ...options
}: Omit<Partial<AppOptions>, "governance"> & {
  readonly detectors?: readonly Detector[];
  readonly governance?: Partial<GovernanceOptions>;
  readonly objects?: MemoryObjectStore;
} = {}) {
  const tables = new MemoryTableStore();
  const users = await tables.open(defineUserTable());
  const analyses = await tables.open(defineAnalysisTable());
  const admissions = new Admissions({ store: tables, users, analyses });
  const admission = quotaGate(admissions);
  const artguard = await createArtGuard({ detectors, tables, objects, admission, isolation: "none" });
  onTestFinished(() => artguard[Symbol.asyncDispose]());
  const people = new UserRepository(tables, users);
  for (const user_id of ["ada", "rex"]) await people.create({ user_id, email: `${user_id}@example.org` });
  const apiKeys = new ApiKeyRepository(tables, users, { secret: new Uint8Array(32).fill(1) });
  const services = { artguard, tables, objects, admissions, apiKeys, now: Date.now };
  const place = await governedPlace({ ...services, ...governanceOptions });
  const app = createApp({ governance: place.governance, ...options });
  /** A request of whoever has this token. */
  const as = (token: string | undefined, path: string, init: RequestInit = {}) =>
    app.request(path, {
      ...init,
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...init.headers },
    });
  /** An upload of somebody. */
  const upload = async (token: string | undefined, more: UploadOptions = {}) => {
    const { query = "", headers = {}, bytes = picture, fields = {} } = more;
    const form = await formOf(bytes, fields);
    return as(token, `/detect-forgery${query}`, { ...form, headers: { ...headers, ...form.headers } });
  };
  /** A finished analysis of before. */
  const storeAnalysis = async (requestId: string, owner: string) => {
    const record = { request_id: requestId, created_at: Date.now(), user_id: owner, status: "COMPLETED" };
    const file = { filename: "portrait.jpg", content_type: "image/jpeg", size_bytes: 3 };
    await analyses.put(analysisSchema.parse({ ...record, ...file }));
  };
  return { ...place, apiKeys, storeAnalysis, tables, objects, artguard, people, app, as, upload };
}

/** How an upload differs from the plain one. */
export interface UploadOptions {
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly bytes?: Uint8Array;
  readonly fields?: Readonly<Record<string, string>>;
}

/** What curl sends for `-F file=@portrait.png`. */
export async function formOf(bytes: Uint8Array, fields: Readonly<Record<string, string>> = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", new Blob([new Uint8Array(bytes)]), "portrait.png");
  const encodedForm = new Response(form);
  const type = encodedForm.headers.get("content-type") ?? "";
  return { method: "POST", body: await encodedForm.arrayBuffer(), headers: { "content-type": type } };
}

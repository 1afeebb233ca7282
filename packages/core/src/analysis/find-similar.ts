import { ArtGuardError } from "../errors/artguard-error.ts";
import { hammingDistance, orientHash } from "../image/perceptual-hash.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysisRepository } from "./analysis-repository.ts";
import type { AnalysisSummary } from "./analysis-table.ts";

/** What to look for: a perceptual hash, or the picture of an earlier analysis. */
export type SimilarQuery = { readonly perceptual_hash: string } | { readonly request_id: string };

/** Where and how widely to look. */
export interface SimilarOptions {
  /** Whose analyses; nobody else's are read. */
  readonly userId: string;
  /** Most bits of 64 in which two hashes of one picture may differ, 0–32; default 8. */
  readonly distance?: number;
  /** How many of the user's newest records are looked at, 1–100 000; default 10 000. */
  readonly limit?: number;
}

/** An earlier analysis of a nearly identical picture. */
export interface SimilarAnalysis {
  readonly analysis: Analysis;
  /** Bits of 64 in which the hashes differ; 0 does not mean that the files are identical. */
  readonly distance: number;
  /** The earlier picture is the mirror image. */
  readonly mirrored: boolean;
}

const [defaultDistance, defaultLimit] = [8, 10_000];

/** The user's own analyses of nearly the same picture, nearest and newest first; see `ArtGuard.findSimilar`. */
export async function findSimilar(
  query: SimilarQuery,
  { userId, distance = defaultDistance, limit = defaultLimit }: SimilarOptions,
  repository: AnalysisRepository,
): Promise<SimilarAnalysis[]> {
  assertWholeNumber("distance", distance, 0, 32);
  assertWholeNumber("limit", limit, 1, 100_000);
  const wanted = "request_id" in query ? await hashOf(query.request_id, userId, repository) : query.perceptual_hash;
  if (wanted === undefined) return [];
  const itself = "request_id" in query ? query.request_id : undefined;
  const mirroredHash = orientHash(wanted, 2);
  const found: (Omit<SimilarAnalysis, "analysis"> & { analysis: AnalysisSummary })[] = [];
  for await (const analysis of repository.ofUser(userId, limit)) {
    if (analysis.perceptual_hash === undefined || analysis.request_id === itself) continue;
    const upright = hammingDistance(wanted, analysis.perceptual_hash);
    const turned = hammingDistance(mirroredHash, analysis.perceptual_hash);
    const nearest = Math.min(upright, turned);
    if (nearest <= distance) found.push({ analysis, distance: nearest, mirrored: turned < upright });
  }
  found.sort((a, b) => a.distance - b.distance);
  const whole = new Map(
    (await repository.getMany(found.map(({ analysis }) => analysis))).map((each) => [each.request_id, each]),
  );
  return found.flatMap(({ analysis: { request_id }, ...match }) => {
    const analysis = whole.get(request_id);
    return analysis ? [{ analysis, ...match }] : [];
  });
}

/** Another user's analysis is as unknown as one that does not exist. */
async function hashOf(requestId: string, userId: string, repository: AnalysisRepository): Promise<string | undefined> {
  const { user_id, perceptual_hash } = await repository.get(requestId);
  if (user_id === userId) return perceptual_hash;
  throw new ArtGuardError("analysis.not-found", `there is no analysis ${requestId}`);
}

function assertWholeNumber(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ArtGuardError(
    "analysis.invalid-input",
    `${name} must be a whole number from ${least} to ${most}, got ${value}`,
  );
}

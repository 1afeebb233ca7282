import type { UserId } from "../user/user-id.ts";
import type { ErasureItem } from "../user/user-marker.ts";

/** What an erasure cannot reach, and how that ends. */
export interface Residue {
  readonly what: string;
  readonly until: string;
  readonly why: string;
}

/** What was erased of a user, and what is left where. */
export interface ErasureReceipt {
  readonly user_id: UserId;
  /** Epoch milliseconds. */
  readonly requested_at: number;
  readonly completed_at: number;
  readonly erased: {
    readonly analyses: number;
    /** Earlier results of analyses that were made again. */
    readonly versions: number;
    /** Images, processed copies and held inputs. */
    readonly objects: number;
    /** E-mail address, API keys and Idempotency-Keys. */
    readonly markers: number;
    /** Disputes and reviews of others' analyses, which no longer say whose they are. */
    readonly statements: number;
    /** 1, or 0 for a pseudonym without an account. */
    readonly users: number;
  };
  readonly residues: readonly Residue[];
}

/** How long a completed erasure is remembered, in days: as long as the longest point-in-time recovery of DynamoDB. */
export const tombstoneDays = 35;

/** Where traces of an erased user may be that no call of ours reaches. */
const erasureResidues: readonly Residue[] = [
  {
    what: "backups and point-in-time recovery of the tables",
    until: `up to ${tombstoneDays} days with DynamoDB's recovery; as long as you keep copies of the database file`,
    why: "a backup cannot be changed; after a restore erase again: the tombstones of the live table say whom",
  },
  {
    what: "logs of the surrounding application and of the cloud provider",
    until: "their own retention",
    why: "ArtGuard writes no user_id, e-mail address or file name to logs; what your own code logs is yours to delete",
  },
  {
    what: "models already trained",
    until: "they are trained anew",
    why: "only images with consent to training are ever exported for it; delete them from your training set",
  },
  {
    what: "what had expired before, and an image that a dying worker wrote last",
    until:
      "records: DynamoDB's time to live, about 2 days; images: the next run of sweepExpired, at the latest the bucket's lifecycle rule, 30–32 days",
    why: "nothing leads to it any more; an object's key names no person. An embedded store has removed it",
  },
  {
    what: "the words of disputes and reviews that were made on others' analyses",
    until: "as long as that analysis",
    why: "they are its owner's evidence; they no longer say who said them",
  },
  {
    what: "daily sums of analyses",
    until: "no end",
    why: "numbers of all users together, from which nobody can be told",
  },
  {
    what: "the tombstone of this erasure: a SHA-256 of the user_id, times and counts",
    until: `${tombstoneDays} days`,
    why: "it keeps late writers out",
  },
];

/** The receipt of a completed erasure. */
export function receiptOf(userId: UserId, state: ErasureItem): ErasureReceipt {
  return {
    user_id: userId,
    requested_at: state.created_at,
    completed_at: state.completed_at ?? state.created_at,
    erased: {
      analyses: state.erased_analyses,
      versions: state.erased_versions,
      objects: state.erased_objects,
      markers: state.erased_markers,
      statements: state.erased_statements ?? 0,
      users: state.erased_users,
    },
    residues: erasureResidues,
  };
}

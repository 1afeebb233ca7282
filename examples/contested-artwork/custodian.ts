import {
  canonicalHash,
  newSealingKeys,
  newSigningKeys,
  type OpenGovernance,
  type ReleaseName,
  resealShare,
  signDecision,
} from "@artguard/governance";

/** A notary who guards one share of a key, at home. The private keys never leave this object. */
export async function newCustodian(id: string) {
  const [signing, sealing] = [newSigningKeys(), await newSealingKeys()];
  const base64 = (key: Uint8Array) => Buffer.from(key).toString("base64");
  return {
    id,
    sealingKey: sealing.publicKey,
    registration: {
      custodian_id: id,
      person_id: id,
      signing_key: base64(signing.publicKey),
      sealing_key: base64(sealing.publicKey),
    },
    /** Looks at what is asked, and signs. */
    async approve({ run, approval, evidence }: OpenGovernance, name: ReleaseName, credential: Credential) {
      const { asked } = await run(evidence.review, name, { credential });
      const { expires_at: _, ...challenge } = await run(
        approval.challenge,
        { approvalId: name.approvalId },
        { credential },
      );
      if (challenge.request_hash !== canonicalHash(asked)) throw new Error("this is not what I was shown");
      const statement = { ...challenge, decision: "approve", decided_at: Date.now() } as const;
      const { approval_id: approvalId, nonce, decision, decided_at: decidedAt } = statement;
      const signature = signDecision(signing.privateKey, statement);
      return run(approval.decide, { approvalId, nonce, decision, decidedAt, signature }, { credential });
    },
    /** Opens the share and seals it to the one-time key of this release. */
    async handOver({ run, evidence }: OpenGovernance, name: ReleaseName, credential: Credential) {
      const { share_requests } = await run(evidence.review, name, { credential });
      const request = share_requests.find(({ holder }) => holder === id);
      if (!request) throw new Error("nobody asks for my share");
      const sealed = await resealShare(sealing.privateKey, request);
      await run(evidence.handOver, { ...name, holder: id, sealed }, { credential });
    },
  };
}

export type Custodian = Awaited<ReturnType<typeof newCustodian>>;

/** An access token, as somebody got it by logging in. */
export interface Credential {
  readonly kind: "token";
  readonly token: string;
}

/**
 * `KeyProvider` on AWS KMS. Needs `@aws-sdk/client-kms`.
 *
 * @module @artguard/governance/kms
 */
export { KmsKeyProvider, type KmsKeyProviderOptions, kmsKeyProvider } from "./kms-key-provider.ts";

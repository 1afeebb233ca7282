export { KmsKeyProvider, type KmsKeyProviderOptions, kmsKeyProvider } from "./kms-key-provider.ts";

/**
 * The contract suite for key providers of your own.
 *
 * @module @artguard/governance/testing
 */
export { type KeyProviderContractSetup, keyProviderContract } from "./key-provider-contract.ts";

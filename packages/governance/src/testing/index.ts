export { type KeyProviderContractSetup, keyProviderContract } from "./key-provider-contract.ts";

/**
 * `ObjectStore` in a folder: the embedded default.
 *
 * @module @artguard/core/filesystem
 */
export { checkObjectFolder } from "./check-folder.ts";
export { publish } from "./durable-file.ts";
export { FolderObjectStore, type FolderObjectStoreOptions, folder } from "./folder-object-store.ts";
export { makePrivateFolder } from "./make-private-folder.ts";

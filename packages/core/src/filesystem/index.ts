export { FolderObjectStore, type FolderObjectStoreOptions, folder } from "./folder-object-store.ts";

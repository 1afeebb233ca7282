type SqliteModule = typeof import("node:sqlite");

let loaded: SqliteModule | undefined;

/**
 * `node:sqlite`. Node before 24 says at its first use that it is experimental; we tested what we use, so that this one
 * warning is kept back. Every other warning passes.
 */
export function sqliteModule(): SqliteModule {
  loaded ??= withoutExperimentalWarning(() => process.getBuiltinModule("node:sqlite"));
  return loaded;
}

function withoutExperimentalWarning<Result>(load: () => Result): Result {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: []) => {
    if (!String(warning).includes("SQLite is an experimental feature")) emitWarning(warning, ...rest);
  }) as typeof emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

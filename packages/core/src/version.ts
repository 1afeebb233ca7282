import manifest from "../package.json" with { type: "json" };

/** Version of `@artguard/core`. */
export const version: string = manifest.version;

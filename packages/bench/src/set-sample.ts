import type { DevelopmentData, ManifestRow } from "@artguard/development-data";

/** So many tampered and as many authentic pictures of a set, spread evenly over its rows. */
export function setSample(data: DevelopmentData, set: string, each: number): ManifestRow[] {
  return ["tampered", "authentic"].flatMap((label) => {
    const members = data.rows.filter((row) => row.set === set && row.label === label);
    const step = Math.max(1, members.length / each);
    return members.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step)).slice(0, each);
  });
}

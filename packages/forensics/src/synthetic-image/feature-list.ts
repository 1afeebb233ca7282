/** Named numbers in the order in which they were added; the order is part of the model. */
export interface FeatureList {
  readonly names: string[];
  readonly values: number[];
}

/** Adds a feature; what is not finite counts as 0, so that a constant tile never spoils a picture. */
export function addFeature(list: FeatureList, name: string, value: number): void {
  list.names.push(name);
  list.values.push(Number.isFinite(value) ? value : 0);
}

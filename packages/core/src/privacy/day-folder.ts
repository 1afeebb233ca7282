/** Where objects of analyses live, by day, so that the oldest come first in a listing. */
export const inferenceRoot = "inference/";

/** `inference/<yyyy>/<mm>/<dd>/` of a moment in epoch milliseconds, UTC. */
export function dayFolder(moment: number): string {
  return `${inferenceRoot}${new Date(moment).toISOString().slice(0, 10).replaceAll("-", "/")}/`;
}

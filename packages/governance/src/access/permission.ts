import { z } from "zod";

const word = "[a-z][a-z0-9-]*";

/** `noun.verb`, e.g. `analysis.read`. */
export const permissionSchema = z.string().regex(new RegExp(`^${word}\\.${word}$`), "expected noun.verb");

/** A permission, `noun.*` for all of a noun, or `*` for all there are. */
export const permissionPatternSchema = z
  .string()
  .regex(new RegExp(`^(\\*|${word}\\.(\\*|${word}))$`), "expected noun.verb, noun.* or *");

/** Whether the pattern stands for the permission, or for everything that another pattern stands for. */
export function covers(pattern: string, permission: string): boolean {
  if (pattern === "*" || pattern === permission) return true;
  return pattern.endsWith(".*") && permission.startsWith(pattern.slice(0, -1));
}

/** What two patterns have in common; undefined for nothing. */
export function commonPermission(a: string, b: string): string | undefined {
  if (covers(a, b)) return b;
  return covers(b, a) ? a : undefined;
}

/** What a key or ciphertext belongs to. Bound into its authentication: with any other context it does not open. */
export type KeyContext = Readonly<Record<string, string>>;

/**
 * The one byte form of a context: its entries in order of their names, as JSON.
 *
 * @param label What the bytes are for; ciphertexts of two uses never open as each other.
 */
export function contextBytes(label: string, context: KeyContext): Uint8Array {
  const entries = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return new TextEncoder().encode(JSON.stringify([`artguard/v1/${label}`, entries]));
}

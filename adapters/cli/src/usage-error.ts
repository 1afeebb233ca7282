/** The command line cannot be understood; ends the program with exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

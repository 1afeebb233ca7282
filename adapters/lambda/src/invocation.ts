/** What a handler needs of the context that Lambda calls it with. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/** Milliseconds before the end of an invocation in which work is given back. */
const reserveMs = 5000;

/** Fires while there is still time to give work back, before Lambda ends the invocation wherever it is. */
export function invocationSignal(context: InvocationContext): AbortSignal {
  return AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - reserveMs));
}

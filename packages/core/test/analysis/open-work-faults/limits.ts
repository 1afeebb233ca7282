/** Attempts after which a job of the fault test is buried; no good job meets so many faults. */
export const maxAttempts = 8;

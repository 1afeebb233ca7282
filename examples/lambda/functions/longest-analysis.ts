/**
 * Milliseconds for an analysis: `api` must have answered when Lambda ends it after a minute, also when it starts cold. What is
 * ended from outside leaves a record that nobody ends before its lease is over, and a charge until the next sweep.
 */
export const longestAnalysisMs = 40_000;

import { dispute } from "./dispute.ts";
import { failure } from "./failure.ts";
import { history } from "./history.ts";
import { overlay } from "./overlay.ts";
import { page } from "./page.ts";
import { progress } from "./progress.ts";
import { report } from "./report.ts";
import { result } from "./result.ts";
import { session } from "./session.ts";
import { speech } from "./speech.ts";

/** The modules of the page by the names under which they import each other; `page` is the first. */
export const modules: Readonly<Record<string, string>> = {
  page,
  speech,
  failure,
  session,
  progress,
  overlay,
  report,
  dispute,
  result,
  history,
};

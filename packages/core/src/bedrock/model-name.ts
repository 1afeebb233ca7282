import { ArtGuardError } from "../errors/artguard-error.ts";

/** What the id of a model says. */
export interface ModelName {
  /** The bare model without date and revision, e.g. `anthropic.claude-sonnet-4-6`; undefined when the id hides it. */
  readonly model: string | undefined;
  /** First part of a cross-region inference profile, e.g. `eu`; undefined when the call stays in its region. */
  readonly profile: string | undefined;
  /** Region that an ARN names. */
  readonly region: string | undefined;
  /** True when the places it runs in cannot be read from it: an application inference profile or a prompt router. */
  readonly opaque: boolean;
}

const arn = /^arn:aws[a-z-]*:bedrock:([a-z0-9-]*):\d*:([a-z-]+)\/(.+)$/;
/** Two letters are no provider but a profile, known or not, and so is whatever stands before `anthropic.`. */
const name = /^(?:(us-gov|apac|global|[a-z]{2}|[a-z0-9-]+(?=\.anthropic\.))\.)?([a-z0-9-]+\.[a-zA-Z0-9._:-]+)$/;
/** Routers choose among profiles that their ARN does not name. */
const opaqueKind = /^application-inference-profile$|prompt-router$/;
const dateAndRevision = /(?:-\d{8})?(?:-v\d+(?::\d+)?)?$/;

/**
 * Reads a model id, the id of an inference profile, or the ARN of either.
 *
 * @throws ArtGuardError `bedrock.invalid-option`
 */
export function readModelName(id: string): ModelName {
  const [, region = "", kind = "", resource = id] = arn.exec(id) ?? [];
  const place = { region: region === "" ? undefined : region };
  if (opaqueKind.test(kind)) return { ...place, model: undefined, profile: undefined, opaque: true };
  if (kind === "provisioned-model") return { ...place, model: undefined, profile: undefined, opaque: false };
  const [, profile, model] = name.exec(resource) ?? [];
  if (model === undefined)
    throw new ArtGuardError("bedrock.invalid-option", `"${id}" is no id of a Bedrock model or inference profile`);
  return { ...place, model: model.replace(dateAndRevision, ""), profile, opaque: false };
}

import { ArtGuardError } from "../errors/artguard-error.ts";

/** What the id of a model says. */
export interface ModelName {
  /** The bare model without date and revision, e.g. `anthropic.claude-sonnet-4-6`; undefined when the id hides it. */
  readonly model: string | undefined;
  /** First part of a cross-region inference profile, e.g. `eu`; undefined when the call stays in its region. */
  readonly profile: string | undefined;
  /** Region that an ARN names. */
  readonly region: string | undefined;
  /** True for an application inference profile: neither its model nor the places it runs in can be read from it. */
  readonly opaque: boolean;
}

const arn = /^arn:aws[a-z-]*:bedrock:([a-z0-9-]*):\d*:([a-z-]+)\/(.+)$/;
const name = /^(?:(us-gov|us|eu|apac|jp|au|ca|global)\.)?([a-z0-9-]+\.[a-zA-Z0-9._:-]+)$/;
const dateAndRevision = /(?:-\d{8})?(?:-v\d+(?::\d+)?)?$/;

/**
 * Reads a model id, the id of an inference profile, or the ARN of either.
 *
 * @throws ArtGuardError `bedrock.invalid-option`
 */
export function readModelName(id: string): ModelName {
  const [, region = "", kind = "", resource = id] = arn.exec(id) ?? [];
  const place = { region: region === "" ? undefined : region };
  if (kind === "application-inference-profile") return { ...place, model: undefined, profile: undefined, opaque: true };
  if (kind === "provisioned-model") return { ...place, model: undefined, profile: undefined, opaque: false };
  const [, profile, model] = name.exec(resource) ?? [];
  if (model === undefined)
    throw new ArtGuardError("bedrock.invalid-option", `"${id}" is no id of a Bedrock model or inference profile`);
  return { ...place, model: model.replace(dateAndRevision, ""), profile, opaque: false };
}

import { ModalDetector, type ModalOptions } from "@artguard/core/modal";
import {
  modalScripts,
  type RemoteDetectorContractSetup,
  type RemoteStory,
  type RemoteSubject,
  remoteStories,
  startFakeModal,
  storyImageSize,
} from "@artguard/core/testing";

/** The fake does not decode it. */
export const image = {
  ...storyImageSize,
  bytes: new TextEncoder().encode("\u00ff\u00d8 a picture"),
  content_type: "image/jpeg",
  scale: 1,
} as const;

/** The contract's set-up: a ModalDetector on the fake endpoint, with options of its own. */
export function modalSetup(options: Partial<ModalOptions> = {}): RemoteDetectorContractSetup {
  return {
    stories: Object.keys(remoteStories) as RemoteStory[],
    image,
    secrets: ["ws-fake-secret"],
    create: (story) => modalSubject(story, options),
  };
}

async function modalSubject(story: RemoteStory, options: Partial<ModalOptions>): Promise<RemoteSubject> {
  const fake = await startFakeModal({ script: modalScripts[story] });
  const { key, secret } = fake.credentials;
  return {
    detector: new ModalDetector({
      ...{ endpoint: fake.endpoint, key, secret },
      ...{ attempts: 3, retryDelayMs: 2, budgetMs: 60_000 },
      ...options,
    }),
    reached: (requests) => fake.reached(requests),
    async sightings() {
      await fake.settled();
      const posts = fake.requests.filter(({ method }) => method === "POST");
      return {
        runs: posts.length,
        keys: posts.map(({ headers }) => headers["idempotency-key"] ?? ""),
        requests: fake.requests.length,
        unfit: fake.requests.filter(({ headers }) => headers["modal-secret"] !== secret || headers["cookie"]).length,
        cut: fake.cut,
        elsewhere: fake.elsewhere.length,
        secretsElsewhere: fake.elsewhere.filter(({ headers }) => JSON.stringify(headers).includes(secret)).length,
      };
    },
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}

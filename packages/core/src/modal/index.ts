/**
 * `RemoteDetector` on a Modal endpoint.
 *
 * @module @artguard/core/modal
 */
export { type ModalAnswer, modalAnswerSchema } from "./answer.ts";
export { checkModal, type ModalCheckOptions } from "./check-modal.ts";
export { ModalDetector, modal } from "./modal-detector.ts";
export type { ModalOptions } from "./options.ts";

import { remoteDetectorContract } from "@artguard/core/testing";
import { describe, it } from "vitest";
import { modalSetup } from "./modal-subject.ts";

remoteDetectorContract({ describe, it }, "ModalDetector on the fake endpoint", modalSetup());

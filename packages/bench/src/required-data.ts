import { type DevelopmentData, developmentData } from "@artguard/development-data";

/** The development images; ends the program with what to do when there are none. */
export function requiredData(): DevelopmentData {
  const data = developmentData();
  if (data) return data;
  process.stderr.write("This command needs the development images: set ARTGUARD_DATA to their folder.\n");
  process.exit(1);
}

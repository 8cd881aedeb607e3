import type { Browser } from "playwright-core";

export function launchChromium(
  executable: string,
  profile: string,
  args?: string[],
): Promise<{ browser: Browser; pid: number; kill: () => Promise<void> }>;

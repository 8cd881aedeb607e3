/** Does the page stutter? Main-thread tasks over 50 ms while a small model loads, memories are added and searched for. */

/** How many adds, and how many searches. */
export const sizes = [1_000];

export async function run({ browser, sizes: chosen, log }) {
  const results = [];
  for (const times of chosen) {
    const page = await browser.newCase().open();
    try {
      results.push(...(await page.call("pageTasks", times)));
    } finally {
      await page.close();
    }
    log(`page × ${times}`);
  }
  return results;
}

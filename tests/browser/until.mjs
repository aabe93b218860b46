// Waiting for something to come true.

/** Waits until `check` answers with something true. */
export async function until(check, milliseconds, complaint) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = await check();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(typeof complaint === 'function' ? complaint() : complaint);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

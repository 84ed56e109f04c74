/** What an AWS client gets to see of a refusal. */

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** The refusal of a call; fails the test if the call succeeds. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return { code: error.name, message: error.message };
    throw error;
  }
  throw new Error("the call was expected to be refused");
}

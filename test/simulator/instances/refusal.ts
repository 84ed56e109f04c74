/** AWS's refusal of a call: its code and message; an error if the call went through. */
export async function refusal(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await call;
  } catch (error) {
    const { name, message } = error as Error;
    return { code: name, message };
  }
  throw new Error("the call was not refused");
}

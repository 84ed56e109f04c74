/** How Systems Manager refuses. */
import { constraintsUnder } from "../constraints.ts";

export const { checkLength, checkValue } = constraintsUnder("ValidationException");

/** Tells hundreds of cases in a few lines: those that failed, and how many survived. */
import { DefaultReporter } from "vitest/node";

type Modules = Parameters<NonNullable<DefaultReporter["onTestRunEnd"]>>[0];
type More = Parameters<NonNullable<DefaultReporter["onTestRunEnd"]>>[1];
type Reason = Parameters<NonNullable<DefaultReporter["onTestRunEnd"]>>[2];

export class Survivors extends DefaultReporter {
  override onTestRunEnd(modules: Modules, errors: More, reason: Reason): void {
    super.onTestRunEnd(modules, errors, reason);
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const survived = cases.filter((one) => one.result().state === "passed").length;
    process.stdout.write(`survived ${survived} of ${cases.length}\n`);
  }
}

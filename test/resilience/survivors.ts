/** Tells hundreds of cases in a few lines: those that failed, and how many survived. */
import { DefaultReporter } from "vitest/node";

type Modules = Parameters<NonNullable<DefaultReporter["onTestRunEnd"]>>[0];
type More = Parameters<NonNullable<DefaultReporter["onTestRunEnd"]>>[1];
type Reason = Parameters<NonNullable<DefaultReporter["onTestRunEnd"]>>[2];

export class Survivors extends DefaultReporter {
  override onTestRunEnd(modules: Modules, errors: More, reason: Reason): void {
    super.onTestRunEnd(modules, errors, reason);
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((one) => one.result().state),
    );
    const count = (state: (typeof states)[number]) => states.filter((one) => one === state).length;
    const skipped = count("skipped");
    const left = skipped === 0 ? "" : `, ${skipped} not tried`;
    process.stdout.write(`survived ${count("passed")} of ${states.length - skipped}${left}\n`);
  }
}

/** Where every handler begins: typed by the contract, given the lab, its errors typed. */
import { implement } from '@orpc/server';
import { toContractError } from '../../../src-shared/contract/errors.ts';
import { contract } from '../../../src-shared/contract/index.ts';
import type { Lab } from '../lab.ts';
import type { PathAccess } from '../path-access.ts';

/** What every handler is given. */
export interface LabContext {
  readonly lab: Lab;
  /** Which paths the caller may name: every path of an input goes through it. */
  readonly paths: PathAccess;
}

export const os = implement(contract)
  .$context<LabContext>()
  .use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw toContractError(error);
    }
  });

/** Opens the lab in argv[2], says so, and keeps it open until it is killed. */
import { LabStore } from '../../../src-main/data/store/index.ts';

LabStore.open(process.argv[2]!);
console.log('open');
setInterval(() => undefined, 1000);

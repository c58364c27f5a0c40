/** Writes event files for check.py: `write.ts DIR` (bundle it with setup/build.mjs). */
import process from 'node:process';
import { close, init } from '../../../nn';
import { trainWithTensorBoard } from '../../support/tensorboard-run';

await init();
await trainWithTensorBoard(process.argv[2], 2);
await close();

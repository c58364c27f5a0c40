import { Adam, type AdamConfig } from './adam';

/** Adam with weight decay (Loshchilov & Hutter 2017): `weightDecay` is 0.004 by default. https://keras.io/api/optimizers/adamw/ */
export class AdamW extends Adam {
  override readonly name: string = 'adamw';

  constructor(config: AdamConfig = {}) {
    super({ weightDecay: 0.004, ...config });
  }
}

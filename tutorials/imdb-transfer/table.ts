/** Where the vectors come from: the module itself where the person has it, else this project's own pretraining. */
import { type EmbeddingTable, loadEmbedding } from 'wgrad';
import { MissingDataError } from '../../nn/datasets/source';
import { Interrupted, type Lesson } from '../lesson';
import { corpusOf, trainOptions, trainTable } from '../pretrain-embedding/pretrained';
import { type UnlabelledReviews, unlabelledReviews } from '../pretrain-embedding/reviews';
import { readTable } from '../pretrain-embedding/store';
import type { Variant } from './variants';

/** Gives each variant its table. What stands in for a module is said in result.json and in the report. */
export class Tables {
  private reviews: Promise<UnlabelledReviews> | undefined;

  constructor(private readonly lesson: Lesson, private readonly kind: 'real' | 'synthetic') {}

  async of({ module, dim }: Variant): Promise<EmbeddingTable> {
    const table = (await this.published(module)) ?? (await this.own(dim));
    this.lesson.print(`${table.name}: ${table.rows} rows of ${table.dim} numbers, ${table.origin}`);
    if (table.name !== module) this.lesson.instead(`${module}: vectors ${table.origin}`);
    return table;
  }

  private async published(module: string): Promise<EmbeddingTable | undefined> {
    // Generated words are in no dictionary.
    if (this.kind === 'synthetic') return undefined;
    try {
      return await loadEmbedding(module);
    } catch (error) {
      if (!(error instanceof MissingDataError)) throw error;
      this.lesson.print(error.message);
      return undefined;
    }
  }

  private async own(dim: number): Promise<EmbeddingTable> {
    const { lesson } = this;
    const reviews = await (this.reviews ??= this.read());
    const options = trainOptions(dim);
    const cached = await readTable(reviews, options);
    if (cached) return cached;
    lesson.print(`Training vectors of ${dim} numbers on ${reviews.train.length} unlabelled reviews; this is done once.`);
    const { table, interrupted } = await trainTable(reviews, corpusOf(reviews), options, lesson.estimate());
    if (interrupted) throw new Interrupted();
    return table;
  }

  private async read(): Promise<UnlabelledReviews> {
    const { train, held, kind } = await unlabelledReviews(this.kind);
    return { train: this.lesson.first(train, 'unlabelled reviews'), held: this.lesson.first(held, 'unlabelled reviews kept'), kind };
  }
}

/**
 * Makes one WGSL module of a kernel's file and the lib files it lists. A kernel is specialised by
 * replacing the value of a declared `const NAME = …;` or `alias NAME = …;`; the file as it stands is
 * valid WGSL with its default values. A type that is made f16 enables it.
 */
import { KernelError } from '../errors';

export interface LinkedModule {
  readonly code: string;
  /** `shaders/<file>:<line>` of a line (from 1) of the linked code. */
  locate(line: number): string;
}

export interface SourceFile {
  /** Path under shaders/, without `.wgsl`. */
  readonly name: string;
  readonly source: string;
}

export function link(files: readonly SourceFile[], consts: Readonly<Record<string, number | string>>): LinkedModule {
  const missing = new Set(Object.keys(consts));
  const starts: { name: string; first: number }[] = [];
  const directives = Object.values(consts).some((value) => /\bf16\b/.test(`${value}`)) ? ['enable f16;'] : [];
  let code = '';
  let line = 1;
  for (const { name, source } of files) {
    const body = source
      // Directives must come first in a module.
      .replace(/^(enable|requires|diagnostic)\b[^;]*;/gm, (directive) => {
        directives.push(directive);
        return '';
      })
      .replace(/^(const|alias) (\w+) = [^;]*;/gm, (declaration, keyword: string, id: string) => {
        if (!(id in consts)) return declaration;
        missing.delete(id);
        return `${keyword} ${id} = ${literal(consts[id])};`;
      });
    starts.push({ name, first: line });
    code += body.endsWith('\n') ? body : `${body}\n`;
    line += code.split('\n').length - line;
  }
  if (missing.size > 0) {
    throw new KernelError(`${files[0].name}.wgsl declares no "const" or "alias" named ${[...missing].join(', ')}.`);
  }
  const head = directives.length > 0 ? `${[...new Set(directives)].join(' ')}\n` : '';
  const shift = head ? 1 : 0;
  return {
    code: head + code,
    locate(at) {
      const file = [...starts].reverse().find(({ first }) => first <= at - shift) ?? starts[0];
      return `shaders/${file.name}.wgsl:${at - shift - file.first + 1}`;
    },
  };
}

function literal(value: number | string): string {
  return typeof value === 'string' ? value : `${value}u`;
}

/**
 * FarmHash's Fingerprint64 of a string's UTF-8 bytes: what TensorFlow's to_hash_bucket_fast and vocabulary tables hash
 * with. https://github.com/google/farmhash (farmhashna::Hash64; the published npm packages need wasm files that a
 * browser bundle can't carry.) Numbers are unsigned 64-bit integers that wrap around.
 */
const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;

const encoder = new TextEncoder();

export function fingerprint64(text: string): bigint {
  const bytes = encoder.encode(text);
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  if (length <= 3) return upTo3(bytes);
  if (length <= 16) return upTo16(view);
  if (length <= 32) return upTo32(view);
  return length <= 64 ? upTo64(view) : beyond64(view);
}

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotate = (x: bigint, by: bigint): bigint => u64((x >> by) | (x << (64n - by)));
const shiftMix = (x: bigint): bigint => x ^ (x >> 47n);
/** The word at `at`, from the end if negative. */
const word = (view: DataView, at: number): bigint => view.getBigUint64(at < 0 ? view.byteLength + at : at, true);

function mix(u: bigint, v: bigint, factor: bigint): bigint {
  const a = shiftMix(u64((u ^ v) * factor));
  return u64(shiftMix(u64((v ^ a) * factor)) * factor);
}

function factorOf(length: number): bigint {
  return u64(K2 + BigInt(2 * length));
}

function upTo3(bytes: Uint8Array): bigint {
  const { length } = bytes;
  if (length === 0) return K2;
  const y = BigInt(bytes[0] + bytes[length >> 1] * 256);
  const z = BigInt(length + bytes[length - 1] * 4);
  return u64(shiftMix(u64(y * K2) ^ u64(z * K0)) * K2);
}

function upTo16(view: DataView): bigint {
  const length = view.byteLength;
  const factor = factorOf(length);
  if (length < 8) return mix(BigInt(length + view.getUint32(0, true) * 8), BigInt(view.getUint32(length - 4, true)), factor);
  const a = u64(word(view, 0) + K2);
  const b = word(view, -8);
  return mix(u64(rotate(b, 37n) * factor + a), u64((rotate(a, 25n) + b) * factor), factor);
}

function upTo32(view: DataView): bigint {
  const factor = factorOf(view.byteLength);
  const a = u64(word(view, 0) * K1);
  const b = word(view, 8);
  const c = u64(word(view, -8) * factor);
  return mix(u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + word(view, -16) * K2), u64(a + rotate(u64(b + K2), 18n) + c), factor);
}

function upTo64(view: DataView): bigint {
  const factor = factorOf(view.byteLength);
  const a = u64(word(view, 0) * K2);
  const b = word(view, 8);
  const c = u64(word(view, -8) * factor);
  const y = u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + word(view, -16) * K2);
  const z = mix(y, u64(a + rotate(u64(b + K2), 18n) + c), factor);
  const e = u64(word(view, 16) * factor);
  const f = word(view, 24);
  const g = u64((y + word(view, -32)) * factor);
  const h = u64((z + word(view, -24)) * factor);
  return mix(u64(rotate(u64(e + f), 43n) + rotate(g, 30n) + h), u64(e + rotate(u64(f + a), 18n) + g), factor);
}

interface State {
  x: bigint;
  y: bigint;
  z: bigint;
  v: readonly [bigint, bigint];
  w: readonly [bigint, bigint];
}

/** Chunks of 64 bytes, then the last 64, which may overlap the chunk before. */
function beyond64(view: DataView): bigint {
  const y = u64(81n * K1 + 113n);
  const state: State = { x: u64(81n * K2 + word(view, 0)), y, z: u64(shiftMix(u64(y * K2 + 113n)) * K2), v: [0n, 0n], w: [0n, 0n] };
  const last = view.byteLength - 64;
  for (let at = 0; at < last; at += 64) absorb(state, view, at, K1, 1n);

  const factor = u64(K1 + ((state.z & 0xffn) << 1n));
  const left = BigInt((view.byteLength - 1) % 64);
  const v0 = u64(state.v[0] + state.w[0] + left);
  state.v = [v0, state.v[1]];
  state.w = [u64(state.w[0] + left + v0), state.w[1]];
  absorb(state, view, last, factor, 9n);
  const { v, w } = state;
  return mix(u64(mix(v[0], w[0], factor) + shiftMix(state.y) * K0 + state.z), u64(mix(v[1], w[1], factor) + state.x), factor);
}

function absorb(state: State, view: DataView, at: number, factor: bigint, weight: bigint): void {
  const { v, w } = state;
  const x = u64(rotate(u64(state.x + state.y + v[0] + word(view, at + 8)), 37n) * factor) ^ u64(w[1] * weight);
  const y = u64(rotate(u64(state.y + v[1] + word(view, at + 48)), 42n) * factor + v[0] * weight + word(view, at + 40));
  const z = u64(rotate(u64(state.z + w[0]), 33n) * factor);
  state.v = weak(view, at, u64(v[1] * factor), u64(x + w[0]));
  state.w = weak(view, at + 32, u64(z + w[1]), u64(y + word(view, at + 16)));
  state.x = z;
  state.y = y;
  state.z = x;
}

/** 32 bytes folded into two seeds. */
function weak(view: DataView, at: number, a: bigint, b: bigint): readonly [bigint, bigint] {
  const first = u64(a + word(view, at));
  const fourth = word(view, at + 24);
  const sum = u64(first + word(view, at + 8) + word(view, at + 16));
  const turned = u64(rotate(u64(b + first + fourth), 21n) + rotate(sum, 44n));
  return [u64(sum + fourth), u64(turned + first)];
}
